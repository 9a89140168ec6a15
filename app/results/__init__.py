"""Results: two years of assessment side by side, the rule of low results, the outcome proposed and decided."""

"""The journal of acts: append-only, hash-chained, with personal values kept erasably beside it."""

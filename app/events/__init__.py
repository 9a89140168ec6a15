"""Events: seminars, workshops and open lessons of a programme, and who took part in them."""

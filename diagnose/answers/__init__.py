"""The tables of error texts (servers' dialects, clients' phrases, products in between) and the code that reads them."""

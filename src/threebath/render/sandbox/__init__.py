"""Lock up the process that decodes what strangers sent; Linux, standard library only."""

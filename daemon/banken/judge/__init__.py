"""Views, concepts, grammar, rules and the reader: from the client's words to a verdict."""

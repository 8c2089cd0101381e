"""A simulation of Canada's land ports of entry and of those who smuggle through them."""

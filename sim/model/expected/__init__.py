"""The smuggling as expectations: the same rules as those of the agents, without their luck."""

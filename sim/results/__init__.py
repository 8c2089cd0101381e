"""From records to tables: summary, certificate, and the results folder on disk."""

PRIMARY_OUTCOME = "expected_firearms_reaching_market"
"""What proposals are judged by: the fewer firearms reach the market, the better.

Of what traffickers plan, what is neither deterred nor stopped, each attempt by its own chance of
being stopped; what is still on the way at the end counts. Chances vary far less than the count of
what passed. Every scenario has the same opportunities, so the fall from the baseline is what a
proposal keeps out, by whatever mechanism."""

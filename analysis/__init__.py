"""What the results of the simulation say: tables, charts, the brief and the dashboard."""

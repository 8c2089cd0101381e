"""A proposal of one's own: twice as many new officers as the Senate committee asked for."""

import border

border.register_scenario(
    "a_fifth_more",
    {
        "title": "A fifth more officers",
        "source": "an example",
        "interventions": [
            {
                "parameter": "staffing.positions_added",
                "operation": "add",
                "value": 0.2,
                "start": "2003-01-01",
            }
        ],
        "costs": [
            {
                "what": "Recruitment and equipment of the added officers; their pay is a result",
                "cad_per_year": 8_000_000,
                "low": 4_000_000,
                "high": 12_000_000,
                "source": "an example",
            }
        ],
    },
)
study = border.run(
    "a_fifth_more", "more_officers", ports=["sarnia"], days=2, replications=2, folder="runs/fifth"
)
differences = study.compare(["mean_wait_min", "programme_cost_cad"])

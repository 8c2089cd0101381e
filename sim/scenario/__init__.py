"""What is changed, where and when: interventions, scenario files, points of a study."""

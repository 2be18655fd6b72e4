"""The caseload as a whole: figures, forecast, teams, figures for funders."""

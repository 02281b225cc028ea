"""Reports for heads and administrators (RP-1 to RP-12, R-14): queries over facts, one module a report.

What every report reads and answers with is `asking`, `measuring` and `tables`; the list of them all is `catalogue`. A
new report is one module with a `build` function and one entry in the catalogue; a figure without a fact gets the fact
where the thing happens, never a look at a row that may change.
"""

"""The completion report of a run.

* `model`: what a report holds, and the JSON that is stored.
* `problems`: the wording of each problem line, with what to do next.
* `templates/report.md.j2`: the wording of all other lines; `markdown` renders it.
* `stage_table`: the columns of the stage table, for the Markdown text and for the page in the UI.
* `worth`: whether growing pays, as preflight has estimated it.
* `build`: makes the report from the facts of a run; `cost`: what the run cost.
"""

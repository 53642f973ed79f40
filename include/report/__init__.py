"""The completion report of a run.

* `model`: what a report holds, and the JSON that is stored.
* `problems`: the wording of each problem line, with what to do next.
* `words`: the wording of the other lines, for Markdown and HTML alike.
* `markdown` and `html` render the report; `templates/` has the order of its parts.
* `plots/`: the plots of the HTML, one a file, each with the same in words; `spells`: what the instance was.
* `stage_table`: the columns of the stage table, for the Markdown text and for the page in the UI.
* `worth`: whether growing pays, as preflight has estimated it.
* `build`: makes the report from the facts of a run; `cost`: what the run cost.
"""

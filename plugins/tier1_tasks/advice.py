"""What to click in Airflow's UI, in the words of its dialogs."""

CLEAR_AGAIN = (
    "Clear this task again with 'Downstream' ticked and 'Clear only failed tasks' not ticked: "
    "preflight and upsize then run before it, and downsize after it."
)

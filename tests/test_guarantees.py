"""docs/reference/guarantees.md says what the tests on a running Airflow promise, no more and no less."""

from tests.airflow.guarantees import PAGE, chapters


def test_the_page_has_just_the_rows_of_the_tests() -> None:
    promised = [row.cells for _, rows in chapters() for row in rows]
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    written = [line.strip("| ").split(" | ") for line in lines]
    rows = [cells for cells in written if cells[0] not in {"what happens", "---"}]
    assert [cells[: len(promised[0])] for cells in rows] == promised, "run `make test-airflow guarantees`"
    assert all(len(cells) == len(promised[0]) + 1 for cells in rows)


def test_every_test_on_a_running_airflow_promises_something() -> None:
    for title, rows in chapters():
        assert rows, title

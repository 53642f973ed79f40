"""Where prices come from: each source gives bars, a long table with the columns of `bars.BARS`."""

"""Runs in the kernel of each tutorial of the site.

Figures use the page's own copy of plotly.js, and have no button that sends them elsewhere.
"""


def _show(figure):
    from IPython.display import HTML, display
    from plotly.io import to_html

    config = {"responsive": True, "displaylogo": False, "showSendToCloud": False}
    display(HTML(to_html(figure, config=config, include_plotlyjs=False, full_html=False)))


get_ipython().display_formatter.ipython_display_formatter.for_type_by_name("plotly.graph_objs._figure", "Figure", _show)  # noqa: F821 - is there in kernels

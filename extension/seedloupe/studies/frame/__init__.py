"""What all studies share: cells that are measured once, a journal, intervals, a report, a page."""

from .charts import (
    BarChart,
    Chart,
    ChartBar,
    ChartDot,
    ChartLine,
    DotChart,
    GridChart,
    LineChart,
)
from .intervals import gap_estimate, mean_estimate
from .kept import KeptTensors
from .page import index_page, report_page
from .report import Claim, Estimate, Holds, PictureRow, Report, Table, Winner, whether
from .run import Study, StudyCells, run_study
from .store import FeatureStore, PictureStore
from .subject import Glimpse, Painting, StudiedNetwork

__all__ = [
    "BarChart",
    "Chart",
    "ChartBar",
    "ChartDot",
    "ChartLine",
    "Claim",
    "DotChart",
    "Estimate",
    "FeatureStore",
    "Glimpse",
    "GridChart",
    "Holds",
    "KeptTensors",
    "LineChart",
    "Painting",
    "PictureRow",
    "PictureStore",
    "Report",
    "StudiedNetwork",
    "Study",
    "StudyCells",
    "Table",
    "Winner",
    "gap_estimate",
    "index_page",
    "mean_estimate",
    "report_page",
    "run_study",
    "whether",
]

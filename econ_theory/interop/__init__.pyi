from .efg_read import loads_efg, read_efg
from .efg_write import dumps_efg, write_efg
from .frames import to_pandas
from .gambit import from_pygambit, profile_from_pygambit, to_pygambit
from .json_file import dumps_json, loads_json, read_json, write_json
from .labelled import from_pandas, from_xarray, to_xarray
from .latex import to_latex
from .nash import from_nashpy, to_nashpy
from .nfg import dumps_nfg, loads_nfg, read_nfg, write_nfg
from .quantecon_games import from_quantecon, to_quantecon
from .spiel import to_pyspiel

__all__ = [
    "dumps_efg",
    "dumps_json",
    "dumps_nfg",
    "from_nashpy",
    "from_pandas",
    "from_pygambit",
    "from_quantecon",
    "from_xarray",
    "loads_efg",
    "loads_json",
    "loads_nfg",
    "profile_from_pygambit",
    "read_efg",
    "read_json",
    "read_nfg",
    "to_latex",
    "to_nashpy",
    "to_pandas",
    "to_pygambit",
    "to_pyspiel",
    "to_quantecon",
    "to_xarray",
    "write_efg",
    "write_json",
    "write_nfg",
]

"""What a notebook would do: `python notebook_script.py PIPELINE PORTFOLIO OUTPUT`.

Reads a portfolio with pandas, asks a fitted scikit-learn pipeline for labels, and writes those.
"""

import sys

import joblib
import pandas as pd


def main(pipeline: str, portfolio: str, output: str) -> None:
    """Read, predict, write: CSV or Parquet, by the end of the name."""
    fitted = joblib.load(pipeline)
    as_csv = portfolio.endswith(".csv")
    frame = pd.read_csv(portfolio) if as_csv else pd.read_parquet(portfolio)
    frame["segment"] = fitted.predict(frame[fitted.feature_names_in_])
    told = frame[["CUST_ID", "segment"]]
    if as_csv:
        told.to_csv(output, index=False)
    else:
        told.to_parquet(output, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What keeps a figure from its goal, by the goal's name: told in docs/performance.md."""

from typing import Final

from tests.benchmarks import goals

LIMITS: Final = {
    goals.KERNEL.of: (
        "the compiled kernel does the same sums in the same order as NumPy, in 64 bits, so that a "
        "customer gets the same figures everywhere. Runner-up, confidence, band and novelty take "
        "more than the labels do. What is left above one pass over the memory is 17 × 4 "
        "subtractions, multiplications and additions a customer. Two threads share caches and "
        "memory with whatever else runs: on a machine that is busy the ratio falls."
    ),
    goals.CSV_OVER_PANDAS.of: (
        "two cores: one reads and turns text into numbers, which is half of the work and which "
        "Polars does for pandas' users as well; the other checks, scores, looks for ids that stand "
        "twice and for what is unusual, and writes seven columns (pandas writes two). More threads "
        "do not help: NumPy's calls are short, and threads then wait for Python's lock. Starting "
        "takes half a second, which is much beside a million customers and little beside 50."
    ),
    goals.CSV_OF_READING.of: (
        "only reading checks nothing, scores nothing and writes nothing, and it has both cores for "
        "parsing; here the other work takes about as long again, and starting comes on top."
    ),
    goals.PARQUET_OVER_PANDAS.of: (
        "as with CSV; numbers need no parsing here, so that starting, checks, kernel and writing "
        "weigh more, and pandas has less to do as well."
    ),
    goals.PARQUET_OF_READING.of: (
        "reading 17 columns of numbers takes less than anything that is then done with them: "
        "scoring, checking and writing each cost about as much as reading does."
    ),
    goals.MEMORY.of: (
        "half of it is the code of Arrow and Polars, which the system may drop when memory is "
        "short, and which counts all the same; the rest is the few pieces that are worked on at a "
        "time, a row group that is being written, and what the allocator keeps of those before."
    ),
    goals.CHOOSE_K.of: (
        "silhouettes take little by now; KMeans itself is scikit-learn's, with the same starts."
    ),
    goals.LOOKUP.of: (
        "the goal was set by a look-up and a card alone. An answer here also asks the policy and "
        "the rate limit, reads the customer's history, explains with the strongest reasons for and "
        "against, and writes a record into the audit trail, hashed and sealed, in a transaction, "
        "before it is given: a quarter of it all, and more than the goal leaves. The store's size "
        "adds almost nothing."
    ),
    goals.LOOKUP_HTTP.of: (
        "the app beside it renders and records with the same code; the difference is Bolt's "
        "dispatch and the policy."
    ),
    goals.LOOKUP_GROWTH.of: (
        "a key is found in one more level of the tree, and its page is less often in the cache."
    ),
    goals.LOAD_SQLITE.of: (
        "each row has 24 values, which Python's driver binds one by one on both sides: more of the "
        "time than the table takes, which the goal's figures were measured for. The 17 figures as "
        "one BLOB reached 1.5× (rows alone, tried and not kept: SQL could no longer read them), "
        "transactions five times as large 3 % more. Sizes, drift and movement are counted on the "
        "way, and movement reads the snapshot before. Customers in no order are sorted first; "
        "`executemany` then slows down with the size of the table."
    ),
    goals.LOAD_POSTGRESQL.of: (
        "psycopg 3 sends an `executemany` in a pipeline, 100 thousand rows a second, where 42 were "
        "measured when the goal was set. COPY keeps the primary key as it goes, one core of "
        "the server's; on the other the rows are laid out, and sizes, drift and movement counted, "
        "for which the snapshot before is read. Without the key, which was then made at the end, "
        "2 million rows alone took 4 to 16 % less (tried and not kept: each snapshot would need a "
        "table of its own); most is 24 fields a row, written and read."
    ),
    goals.READERS.of: (
        "the reader shares two cores with the load; where all cores are taken it waits for one, "
        "not for a lock. Its median does not change."
    ),
    goals.DIGEST.of: (
        "the figures stand in one row and are not counted again; what it takes is a query's way to "
        "the database and back, on cores that are busy."
    ),
    goals.READY_CPU.of: (
        "nearly all of it is imports: SQLAlchemy 0.14 CPU seconds, pydantic-settings 0.11, NumPy "
        "0.09, APScheduler 0.07, beside 0.09 for slack_bolt, which was 0.21 when the goal was set. "
        "Then the model is read and the store opened."
    ),
    goals.READY_MEMORY.of: "what the bot imports, of which NumPy and SQLAlchemy are the most.",
}

"""Asks the real Great Expectations about random data and writes its answers as cases of the corpus.

usage: gx-interop.py FOLDER SEED...

Writes gx-fuzz-datasets.jsonl and gx-fuzz-SEED.jsonl into the folder, in the form that GxCorpusIT reads. The same
seed gives the same questions.
"""

import json
import math
import random
import re
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import great_expectations as gx
import pandas as pd
import sqlalchemy as sa
import sqlalchemy.dialects.mssql  # GX looks for these three when it writes a LIKE
import sqlalchemy.dialects.mysql
import sqlalchemy.dialects.postgresql
from great_expectations.expectations.registry import get_expectation_impl

WORDS = ["alpha", "beta", "Alpha", "b_eta", "gamma", "", "x%y", "12", "007", "3.5", "null", "éa", "a-1", "2024-01-05",
         '{"k":1}', "[1,2", "delta", "a b", "ünï", "k1", "A"]
SIZES = [0, 1, 2, 3, 5, 8, 12, 40, 260]
DATASETS = 12
CASES = 30


def some(rng, make, size, nulls):
    return [None if rng.random() < nulls else make() for _ in range(size)]


def dataset(rng):
    size = rng.choice(SIZES)
    nulls = lambda: rng.choice([0, 0, 0.2, 0.2, 1])
    columns = {
        "id": list(range(1, size + 1)),
        "i": some(rng, lambda: rng.randint(-2, 8), size, nulls()),
        "f": some(rng, lambda: round(rng.uniform(-4, 5), rng.choice([0, 1, 3])), size, nulls()),
        "s": some(rng, lambda: rng.choice(WORDS), size, nulls()),
        "u": [rng.choice(["dup", f"k{n}", f"k{n}"]) for n in range(size)],
        "a": some(rng, lambda: rng.randint(0, 3), size, rng.choice([0, 0.2])),
        "b": some(rng, lambda: rng.randint(0, 3), size, rng.choice([0, 0.2])),
        "c": some(rng, lambda: rng.randint(0, 3), size, rng.choice([0, 0.2])),
        "mono": [max(0, n // 2 + rng.choice([0, 0, 0, 1, -1])) for n in range(size)],
        "flag": [rng.random() < 0.5 for _ in range(size)],
    }
    return pd.DataFrame(columns)


NUMBERS = ["id", "i", "f", "a", "mono"]
TEXTS = ["s", "u"]
ANY = NUMBERS + TEXTS + ["flag"]
REGEXES = ["^a", "a", "[0-9]{2}", "^k\\d+$", "b.?e", "(alpha|beta)", "^$", "^[a-z]+$", "\\bk"]
LIKES = ["a%", "%a", "%1%", "k_", "k%", "%", "_", "%_eta"]


def bounds(rng, low, high, digits=2, strict=True):
    kwargs = {}
    if rng.random() < 0.75:
        kwargs["min_value"] = round(rng.uniform(low, high), digits)
    if rng.random() < 0.75:
        kwargs["max_value"] = round(rng.uniform(low, high), digits)
    if strict:
        for name in ["strict_min", "strict_max"]:
            if rng.random() < 0.25:
                kwargs[name] = rng.random() < 0.5
    if digits == 0:
        kwargs = {k: int(v) if not isinstance(v, bool) else v for k, v in kwargs.items()}
    return kwargs


def members(rng, column):
    if column in TEXTS:
        return rng.sample(WORDS + ["dup", "k0", "k1"], rng.randint(0, 6))
    return rng.sample(range(-2, 9), rng.randint(0, 7))


def partition(rng, column):
    if column in TEXTS or rng.random() < 0.3:
        values = members(rng, column) or ["x"]
        weights = [rng.randint(1, 9) for _ in values]
        return {"values": values, "weights": [w / sum(weights) for w in weights]}
    edges = sorted(rng.sample(range(-6, 12), rng.randint(3, 6)))
    bins = list(edges)
    if rng.random() < 0.3:
        bins = [-math.inf] + bins
    if rng.random() < 0.3:
        bins = bins + [math.inf]
    weights = [rng.choice([0, 1, 2, 5, 9]) + (0 if n else 1) for n in range(len(bins) - 1)]
    made = {"bins": bins, "weights": [w / sum(weights) for w in weights]}
    if bins == edges and rng.random() < 0.3:
        made["weights"] = [w * 0.8 for w in made["weights"]]
        made["tail_weights"] = [0.1, 0.1]
    return made


def about(rng, columns):
    return "nope" if rng.random() < 0.02 else rng.choice(columns)


def column(rng, columns, **kwargs):
    return {"column": about(rng, columns), **kwargs}


def quantiles(rng):
    at = sorted(rng.sample([0, 0.1, 0.25, 0.5, 0.75, 0.9, 1], rng.randint(1, 4)))
    ends = lambda: [rng.choice([None, rng.randint(-3, 2)]), rng.choice([None, rng.randint(0, 7)])]
    kwargs = column(rng, NUMBERS, quantile_ranges={"quantiles": at, "value_ranges": [ends() for _ in at]})
    if rng.random() < 0.3:
        kwargs["allow_relative_error"] = rng.choice(["linear", "lower", "higher", "midpoint", "nearest"])
    return kwargs


def divergence(rng):
    name = rng.choice(["i", "f", "a", "s", "u"])
    kwargs = {"column": name, "threshold": round(rng.uniform(0, 2), 2),
              "partition_object": None if rng.random() < 0.2 else partition(rng, name)}
    if kwargs["partition_object"] is None:
        kwargs["bucketize_data"] = name not in TEXTS and rng.random() < 0.6
    elif rng.random() < 0.4:
        kwargs["tail_weight_holdout"] = rng.choice([0.01, 0.1])
    if rng.random() < 0.2:
        kwargs["internal_weight_holdout"] = rng.choice([0.01, 0.1])
    return kwargs


def pair(rng, **kwargs):
    left, right = rng.sample(["a", "b", "c"], 2)
    made = {"column_A": left, "column_B": right, **kwargs}
    if rng.random() < 0.7:
        made["ignore_row_if"] = rng.choice(["both_values_are_missing", "either_value_is_missing", "neither"])
    return made


def several(rng, **kwargs):
    made = {"column_list": rng.sample(["a", "b", "c"], rng.randint(2, 3)), **kwargs}
    if rng.random() < 0.7:
        made["ignore_row_if"] = rng.choice(["all_values_are_missing", "any_value_is_missing", "never"])
    return made


def set_of(rng, columns=ANY):
    name = about(rng, columns)
    return {"column": name, "value_set": members(rng, name)}


def names(rng):
    chosen = rng.sample(["id", "i", "f", "s", "u", "a", "b", "c", "mono", "flag"], rng.randint(7, 10))
    return chosen + (["zz"] if rng.random() < 0.3 else [])


# What can be asked, with whether a share and a condition go with it.
QUESTIONS = {
    "expect_column_values_to_not_be_null": lambda r: column(r, ANY),
    "expect_column_values_to_be_null": lambda r: column(r, ANY),
    "expect_column_values_to_be_unique": lambda r: column(r, ANY),
    "expect_column_values_to_be_in_set": set_of,
    "expect_column_values_to_not_be_in_set": set_of,
    "expect_column_values_to_be_between": lambda r: column(r, NUMBERS, **bounds(r, -3, 9)),
    "expect_column_value_lengths_to_be_between": lambda r: column(r, TEXTS, **bounds(r, 0, 6, 0)),
    "expect_column_value_lengths_to_equal": lambda r: column(r, TEXTS, value=r.randint(0, 5)),
    "expect_column_value_z_scores_to_be_less_than": lambda r: column(
        r, ["f", "id"], threshold=r.choice([0.5, 1, 2]), double_sided=r.random() < 0.5),
    "expect_column_values_to_match_regex": lambda r: column(r, TEXTS, regex=r.choice(REGEXES)),
    "expect_column_values_to_not_match_regex": lambda r: column(r, TEXTS, regex=r.choice(REGEXES)),
    "expect_column_values_to_match_regex_list": lambda r: column(
        r, TEXTS, regex_list=r.sample(REGEXES, 2), match_on=r.choice(["any", "all"])),
    "expect_column_values_to_not_match_regex_list": lambda r: column(r, TEXTS, regex_list=r.sample(REGEXES, 2)),
    "expect_column_values_to_match_like_pattern": lambda r: column(r, TEXTS, like_pattern=r.choice(LIKES)),
    "expect_column_values_to_not_match_like_pattern": lambda r: column(r, TEXTS, like_pattern=r.choice(LIKES)),
    "expect_column_values_to_match_like_pattern_list": lambda r: column(
        r, TEXTS, like_pattern_list=r.sample(LIKES, 2), match_on=r.choice(["any", "all"])),
    "expect_column_values_to_not_match_like_pattern_list": lambda r: column(
        r, TEXTS, like_pattern_list=r.sample(LIKES, 2)),
    "expect_column_values_to_be_increasing": lambda r: column(r, ["mono", "id", "i"], strictly=r.random() < 0.5),
    "expect_column_values_to_be_decreasing": lambda r: column(r, ["mono", "id", "i"], strictly=r.random() < 0.5),
    "expect_column_values_to_match_strftime_format": lambda r: column(
        r, TEXTS, strftime_format=r.choice(["%Y-%m-%d", "%H:%M"])),
    "expect_column_values_to_be_dateutil_parseable": lambda r: column(r, TEXTS),
    "expect_column_values_to_be_json_parseable": lambda r: column(r, TEXTS),
    "expect_column_values_to_be_of_type": lambda r: column(
        r, ANY, type_=r.choice(["int64", "object", "str", "float64", "BIGINT", "TEXT", "FLOAT"])),
    "expect_column_values_to_be_in_type_list": lambda r: column(
        r, ANY, type_list=r.sample(["int64", "object", "str", "float64", "BIGINT", "TEXT", "FLOAT", "INTEGER"], 3)),
    "expect_column_pair_values_to_be_equal": pair,
    "expect_column_pair_values_a_to_be_greater_than_b": lambda r: pair(r, or_equal=r.random() < 0.5),
    "expect_column_pair_values_to_be_in_set": lambda r: pair(
        r, value_pairs_set=[[r.randint(0, 3), r.randint(0, 3)] for _ in range(6)]),
    "expect_compound_columns_to_be_unique": several,
    "expect_select_column_values_to_be_unique_within_record": several,
    "expect_multicolumn_sum_to_equal": lambda r: several(r, sum_total=r.randint(0, 6)),
    "expect_column_max_to_be_between": lambda r: column(r, NUMBERS, **bounds(r, -3, 12)),
    "expect_column_min_to_be_between": lambda r: column(r, NUMBERS, **bounds(r, -5, 4)),
    "expect_column_mean_to_be_between": lambda r: column(r, NUMBERS + ["flag"], **bounds(r, -2, 6)),
    "expect_column_median_to_be_between": lambda r: column(r, NUMBERS, **bounds(r, -2, 6)),
    "expect_column_sum_to_be_between": lambda r: column(r, NUMBERS + ["flag"], **bounds(r, -20, 90)),
    "expect_column_stdev_to_be_between": lambda r: column(r, NUMBERS, **bounds(r, 0, 4)),
    "expect_column_unique_value_count_to_be_between": lambda r: column(r, ANY, **bounds(r, 0, 12, 0)),
    "expect_column_proportion_of_unique_values_to_be_between": lambda r: column(r, ANY, **bounds(r, 0, 1)),
    "expect_column_quantile_values_to_be_between": quantiles,
    "expect_column_most_common_value_to_be_in_set": lambda r: {**set_of(r), "ties_okay": r.random() < 0.5},
    "expect_column_distinct_values_to_be_in_set": set_of,
    "expect_column_distinct_values_to_contain_set": set_of,
    "expect_column_distinct_values_to_equal_set": set_of,
    "expect_column_kl_divergence_to_be_less_than": divergence,
    "expect_table_row_count_to_be_between": lambda r: bounds(r, 0, 50, 0, strict=False),
    "expect_table_row_count_to_equal": lambda r: {"value": r.choice(SIZES)},
    "expect_table_column_count_to_be_between": lambda r: bounds(r, 5, 14, 0, strict=False),
    "expect_table_column_count_to_equal": lambda r: {"value": r.randint(8, 11)},
    "expect_column_to_exist": lambda r: {
        "column": about(r, ANY + ["zz"]), **({"column_index": r.randint(-2, 11)} if r.random() < 0.5 else {})},
    "expect_table_columns_to_match_set": lambda r: {"column_set": names(r), "exact_match": r.random() < 0.5},
    "expect_table_columns_to_match_ordered_list": lambda r: {"column_list": names(r)},
}
MOSTLY = re.compile("values_|value_lengths|value_z|compound|select_column|multicolumn")
NO_CONDITION = re.compile("expect_table|column_to_exist")
CONDITIONS = [
    {"pandas": "id <= 3", "great_expectations": 'col("id") <= 3'},
    {"pandas": "i > 2", "great_expectations": 'col("i") > 2'},
    {"pandas": "i.notnull()", "great_expectations": 'col("i").notNull()'},
    {"pandas": 'u == "dup"', "great_expectations": 'col("u") == "dup"'},
    {"pandas": "id > 100000", "great_expectations": 'col("id") > 100000'},
]


def result_format(rng):
    made = {"result_format": rng.choice(["COMPLETE", "SUMMARY", "BASIC", "BOOLEAN_ONLY"])}
    if rng.random() < 0.3:
        made["unexpected_index_column_names"] = ["id"]
    if rng.random() < 0.3:
        made["partial_unexpected_count"] = rng.choice([0, 1, 5])
    if rng.random() < 0.15:
        made["include_unexpected_rows"] = True
    if rng.random() < 0.15:
        made["exclude_unexpected_values"] = True
    return made


def plain(value):
    """JSON without the numbers that it does not know."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def ask(batch, expectation, kwargs, form):
    try:
        made = get_expectation_impl(expectation)(**kwargs)
        answer = batch.validate(made, result_format=form).to_json_dict()
    except Exception as e:  # what GX lets through is an answer too
        return {"thrown": type(e).__name__, "message": str(e)[:300]}
    info = answer["exception_info"]
    infos = [info] if "raised_exception" in info else list(info.values())
    raised = [i["exception_message"] for i in infos if i and i.get("raised_exception")]
    if raised:
        return {"success": False, "result": {}, "exception_messages": [str(m)[:300] for m in raised]}
    return {"success": bool(answer["success"]), "result": plain(answer["result"])}


def main(folder, seeds):
    folder.mkdir(parents=True, exist_ok=True)
    datasets = (folder / "gx-fuzz-datasets.jsonl").open("w")
    context = gx.get_context(mode="ephemeral")
    pandas = context.data_sources.add_pandas("pandas")
    work = tempfile.mkdtemp()
    for seed in seeds:
        rng = random.Random(seed)
        url = f"sqlite:///{work}/{seed}.db"
        engine = sa.create_engine(url)
        sqlite = context.data_sources.add_sqlite(f"sqlite{seed}", connection_string=url)
        with (folder / f"gx-fuzz-{seed}.jsonl").open("w") as out:
            for number in range(DATASETS):
                frame = dataset(rng)
                name = f"t{seed}_{number}"
                frame.to_sql(name, engine, index=False)
                asset = pandas.add_dataframe_asset(name)
                held = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
                stored = sqlite.add_table_asset(name, table_name=name)
                stored = stored.add_batch_definition_whole_table("all").get_batch()
                rows = [[None if pd.isna(v) else v for v in row] for row in frame.astype(object).values.tolist()]
                columns = [{"name": c, "pandas_dtype": str(frame[c].dtype)} for c in frame.columns]
                datasets.write(json.dumps({"dataset_id": name, "columns": columns, "rows": rows}) + "\n")
                for case in range(CASES):
                    expectation = rng.choice(list(QUESTIONS))
                    kwargs = QUESTIONS[expectation](rng)
                    if MOSTLY.search(expectation) and not expectation.startswith("expect_column_distinct") and \
                            "most_common" not in expectation and "quantile" not in expectation and \
                            "proportion" not in expectation and rng.random() < 0.5:
                        kwargs["mostly"] = rng.choice([0, 0.5, 0.8, 0.9, 0.99, 1])
                    condition = None
                    if not NO_CONDITION.search(expectation) and rng.random() < 0.2:
                        condition = rng.choice(CONDITIONS)
                    form = result_format(rng)
                    results = {}
                    for system, batch, parser in [("pandas", held, "pandas"), ("sqlite", stored, "great_expectations")]:
                        chosen = {"row_condition": condition[parser], "condition_parser": parser} if condition else {}
                        results[system] = ask(batch, expectation, {**kwargs, **chosen}, dict(form))
                    line = {"id": f"{name}/c{case}", "expectation": expectation, "kwargs": plain(kwargs),
                            "result_format": form, "results": results, "dataset_id": name}
                    if condition:
                        line["row_condition"] = condition
                    out.write(json.dumps(line) + "\n")
    datasets.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(seed) for seed in sys.argv[2:]])

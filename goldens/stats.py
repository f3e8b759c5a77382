"""Rank correlations and the two-sample Kolmogorov-Smirnov test by SciPy.

    python goldens/stats.py

Writes golden/correlation.json (Kendall's tau-b, Spearman's rho; ten cases, most with ties), golden/ks.json (statistic,
exact two-sided p-value, asymptotic p-value), golden/partial_spearman.json (partial rank correlations),
golden/student_t.json (intervals of a mean) and golden/proportion.json (lower bounds of a proportion) in engram-core.
"""
import numpy as np
from scipy.stats import binomtest, kendalltau, ks_2samp, pearsonr, rankdata, sem, spearmanr, t

from common import golden, write_json


def partial_cases():
    """From the inverse of the ranks' correlation matrix, checked against what a regression leaves over."""
    rng, cases = np.random.default_rng(29), []
    for i, (n, count) in enumerate([(5, 1), (6, 2), (12, 1), (12, 2), (20, 3), (48, 1), (48, 2), (100, 1), (100, 2), (100, 3)]):
        controls = rng.normal(size=(count, n))
        x = rng.uniform(-1, 1) * controls[0] + rng.normal(size=n)
        y = rng.uniform(-1, 1) * x + controls.sum(axis=0) + rng.normal(size=n)
        if i % 2:
            x, y, controls = np.round(x * 2), np.round(y), np.round(controls * (1 + i % 3))
        ranks = np.array([rankdata(v) for v in (x, y, *controls)])
        inverse = np.linalg.inv(np.corrcoef(ranks))
        rho = -inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1])
        design = np.vstack([np.ones(n), ranks[2:]]).T
        left = [r - design @ np.linalg.lstsq(design, r, rcond=None)[0] for r in ranks[:2]]
        assert abs(pearsonr(*left).statistic - rho) < 1e-10
        cases.append({"x": x.tolist(), "y": y.tolist(), "controls": controls.tolist(), "rho": float(rho)})
    return cases


def interval_cases():
    """Intervals of a mean by Student's t."""
    rng, cases = np.random.default_rng(31), []
    for n, level in [(2, 0.95), (3, 0.9), (5, 0.95), (5, 0.99), (10, 0.95), (100, 0.95)]:
        values = rng.normal(size=n) * 0.1 + 0.7
        low, high = t.interval(level, n - 1, loc=values.mean(), scale=sem(values))
        cases.append({"values": values.tolist(), "level": level, "low": float(low), "high": float(high)})
    return cases


def proportion_cases():
    """Exact one-sided lower bounds, Clopper and Pearson."""
    cases = []
    for count, n, level in [(0, 6, 0.95), (1, 6, 0.95), (2, 8, 0.95), (8, 8, 0.95), (20, 20, 0.95), (37, 40, 0.95), (40, 40, 0.99), (150, 400, 0.9)]:
        low = binomtest(count, n, alternative="greater").proportion_ci(level, method="exact").low
        cases.append({"count": count, "n": n, "level": level, "low": float(low)})
    return cases


def main():
    rng = np.random.default_rng(13)
    out = []
    for i, n in enumerate([2, 3, 5, 8, 10, 20, 30, 50, 80, 100]):
        x = rng.normal(size=n)
        y = rng.uniform(-1, 1) * x + rng.normal(size=n)
        if i >= 2:
            x = np.round(x * (1 + i % 3))
        if i >= 3 and i % 2:
            y = np.round(y * 2)
        out.append({"x": x.tolist(), "y": y.tolist(), "kendall_tau_b": float(kendalltau(x, y, variant="b").statistic),
                    "spearman_rho": float(spearmanr(x, y).statistic)})
    assert all(np.isfinite(c["kendall_tau_b"]) for c in out)
    write_json(golden("core") / "correlation.json", {"cases": out})

    ks = []
    for n, m, shift, digits in [(2, 3, 0, None), (3, 5, 0.5, None), (10, 7, 0, 1), (40, 40, 0.2, None), (40, 40, 1.5, None),
                                (60, 45, 0.3, 1), (200, 200, 0.1, 2), (200, 200, 3, 3), (400, 400, 0.1, 2), (400, 400, 2, 3)]:
        a, b = rng.normal(size=n), rng.normal(size=m) + shift
        a, b = (np.round(v, digits if digits is not None else 6) for v in (a, b))
        exact, asymptotic = ks_2samp(a, b, method="exact"), ks_2samp(a, b, method="asymp")
        ks.append({"x": a.tolist(), "y": b.tolist(), "statistic": float(exact.statistic),
                   "p_exact": float(exact.pvalue), "p_asymptotic": float(asymptotic.pvalue)})
    write_json(golden("core") / "ks.json", {"cases": ks})
    partial = partial_cases()
    write_json(golden("core") / "partial_spearman.json", {"cases": partial})
    write_json(golden("core") / "student_t.json", {"cases": interval_cases()})
    write_json(golden("core") / "proportion.json", {"cases": proportion_cases()})
    print(len(partial), "partial correlations,", len(out), "correlations,", len(ks), "KS tests", [c["p_exact"] for c in ks])


if __name__ == "__main__":
    main()

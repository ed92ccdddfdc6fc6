import Analytics
import Testing

@testable import Reporting

/// Small texts of the page: formulas, numbers, shares and what blocks of one row are.
@Suite struct FormulaTests {
  @Test(
    "Formulas are set as mathematics",
    arguments: [
      ("sd(r) * sqrt(P), divisor n - 1", "sd(r) · √P, divisor n − 1"),
      ("(1 + total return)^(P/n) - 1", "(1 + total return)<sup>P/n</sup> − 1"),
      ("Phi((SR - SR0) sqrt(n-1) / 2)", "Φ((SR − SR<sub>0</sub>) √(n−1) / 2)"),
      ("m3/m2^1.5", "m<sub>3</sub>/m<sub>2</sub><sup>1.5</sup>"),
      ("mean(r - rf_p), rf_p >= 0", "mean(r − rf<sub>p</sub>), rf<sub>p</sub> ≥ 0"),
      ("(r_t - m)(r_(t-1) - m)", "(r<sub>t</sub> − m)(r<sub>t−1</sub> − m)"),
      ("bias-corrected p-value <b>", "bias-corrected p-value &lt;b&gt;"),
      ("min(r - L, 0)^2 by look-ahead", "min(r − L, 0)<sup>2</sup> by look-ahead"),
      ("(kurt-1)/4", "(kurt−1)/4"), ("^", "<sup></sup>"), ("a^(b", "a<sup>b</sup>"), ("sqrt(", "√("), ("x_", "x_"),
      ("", ""),
    ])
  func formulas(ascii: String, html: String) { #expect(Formula.html(ascii) == html) }

  @Test func noFormulaOfTheCatalogueStaysRaw() {
    for metric in MetricCatalogue.standard.definitions {
      let html = Formula.html(metric.formula(.default, of: .day))
      #expect(!html.contains("sqrt(") && !html.contains("^") && !html.contains("Phi("), "\(metric.id): \(html)")
      #expect(!html.contains("<sup></sup>") && !html.contains(" * "), "\(metric.id): \(html)")
    }
  }

  @Test func numbersHaveTheDigitsTheyNeed() {
    #expect(
      [1, 2.5, 0.1, -0.075, 5_000_000, 1.0 / 3].map(Format.natural) == [
        "1", "2.5", "0.1", "−0.075", "5,000,000", "0.333333333",
      ])
    #expect(
      [1, 2, 3, 4, 11, 12, 13, 21, 102, 1_011].map(Format.ordinal) == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "1,011th",
      ])
  }

  @Test func reasonsQuoteNoDoubleInFull() {
    #expect(
      Format.tidied("skewness 1.6564047173961525 with excess kurtosis 232.787868040999, n 60.")
        == "skewness 1.6564 with excess kurtosis 232.79, n 60.")
    #expect(Format.tidied("version 1.2.3, 0.5 and 1.25 s, é…") == "version 1.2.3, 0.5 and 1.25 s, é…")
    #expect(Format.tidied("0.00001234567") == "0.000012346")
  }

  /// Wilson (1927): none of ten may still be 27.8 %.
  @Test func sharesOfNothingAreNoCertainty() {
    let none = CountedShare(0, of: 10)
    #expect(none.lower == 0 && abs(none.upper - 0.277_533) < 1e-6 && none.standardError == 0)
    let all = CountedShare(1, of: 10)
    #expect(all.upper == 1 && abs(all.lower - 0.722_467) < 1e-6)
    let half = CountedShare(0.5, of: 100)
    #expect(abs(half.lower - 0.403_832) < 1e-6 && abs(half.upper - 0.596_168) < 1e-6)
    #expect(CountedShare(0, of: 10_000).interval == "0.000% to 0.038%")
  }

  @Test func blocksOfOneRowAreNamed() {
    let mark = "i.i.d., which destroys autocorrelation"
    #expect(Resampling.described("stationary bootstrap, mean block 1.0 of daily returns").contains(mark))
    #expect(Resampling.described("stationary bootstrap, percentile, mean block 1, 2000 resamples").contains(mark))
    for other in [
      "stationary bootstrap, mean block 2.5", "i.i.d. bootstrap (destroys autocorrelation)", "delta method",
    ] {
      #expect(Resampling.described(other) == other)
    }
  }
}

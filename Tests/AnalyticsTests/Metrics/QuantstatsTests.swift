import Analytics
import Testing

/// A series that any tool can make: 750 weekdays of ((7919 t) mod 101/101 − 1/2) × 3 % + 4 bp, and a benchmark that
/// follows it in part.
private func inputs(_ convention: MetricConvention) throws -> MetricInputs {
  var date = try #require(CalendarDate(year: 2020, month: 1, day: 1))
  var dates: [CalendarDate] = []
  while dates.count < 750 {
    if date.weekday <= 5 { dates.append(date) }
    date = date.advanced(by: 1)
  }
  var values: [Double] = []
  var others: [Double] = []
  for row in 1...750 {
    let own = Double(7919 * row % 101) / 101 - 0.5
    let other = Double(7907 * row % 103) / 103 - 0.5
    values.append(own * 0.03 + 0.0004)
    others.append(other * 0.02 + 0.0002 + 0.4 * (own * 0.03 + 0.0004))
  }
  var inputs = MetricInputs(returns: try ReturnSeries(values: values, dates: dates))
  inputs.benchmark = try ReturnSeries(name: "benchmark", values: others, dates: dates)
  inputs.convention = convention
  return inputs
}

/// Values of quantstats 0.0.86 on that series; where Lockstep's own definition differs, the empyrical convention agrees.
@Test
func everyFigureSharedWithQuantstatsAgrees() throws {
  let both: [(String, Double)] = [
    ("sharpe", 0.4414202120628492), ("sortino", 0.6402138913221962), ("cagr", 0.05257614183022219),
    ("volatility", 0.13746448916969042), ("max_drawdown", -0.03790454740945348), ("calmar", 1.3870668672622002),
    ("skewness", 0.0012351097999064122), ("excess_kurtosis", -1.1981071469753264), ("tail_ratio", 1.0383512003623734),
    ("omega", 1.0663970016511886), ("smart_sharpe", 0.2730138253782534), ("best_day", 0.015102970297029701),
    ("worst_day", -0.0146), ("win_days", 0.504), ("total_return", 0.16474463815239715),
    ("beta", 0.6583082272899353), ("alpha", 0.026383153438812774), ("r_squared", 0.25996079665448163),
    ("best_month", 0.03966751386047851), ("worst_year", 0.0365981081939335),
  ]
  let theirs: [(String, Double)] = [
    ("ulcer_index", 0.021282528541496336), ("martin", 7.740839526242414), ("recovery_factor", 4.764443101117198),
    ("serenity", 1.8799232638562182), ("information_ratio", 0.004369403676073659), ("treynor", 0.25025456362683357),
    ("psr", 0.7766620449153209),
  ]
  for (convention, expected) in [(MetricConvention.default, both), (.empyrical, both + theirs)] {
    let inputs = try inputs(convention)
    for (id, value) in expected {
      // Their last bits differ: pandas does not compensate its sums.
      let number = try #require(try MetricCatalogue.standard.evaluate(id, inputs)?.number)
      #expect(near(number, value, abs(value) * 1e-9), "\(id) under \(convention.rawValue): \(number)")
    }
  }
}

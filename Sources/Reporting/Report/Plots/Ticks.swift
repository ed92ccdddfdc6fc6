import Analytics

/// Round values along an axis.
enum Ticks {
  /// Multiples of 1, 2 or 5 times a power of ten within a range, about `count` of them, and their step.
  /// Counts have no fractions.
  static func linear(
    _ range: ClosedRange<Double>, count: Int, isCount: Bool = false
  ) -> (values: [Double], step: Double) {
    let span = range.upperBound - range.lowerBound
    guard span > 0, span.isFinite else { return ([range.lowerBound], 1) }
    let step = max(isCount ? 1 : 0, roundStep(span / Double(max(1, count))))
    var values: [Double] = []
    var index = (range.lowerBound / step - 1e-9).rounded(.up)
    while index * step <= range.upperBound + step * 1e-9, values.count < 50 {
      values.append(index == 0 ? 0 : index * step)
      index += 1
    }
    return (values, step)
  }

  static func roundStep(_ raw: Double) -> Double {
    var power = 1.0
    while power * 10 <= raw { power *= 10 }
    while power > raw { power /= 10 }
    let lead = raw / power
    return power * (lead <= 1.000001 ? 1 : lead <= 2.000001 ? 2 : lead <= 5.000001 ? 5 : 10)
  }

  /// A range widened to whole steps, so that curves do not touch the frame.
  static func padded(_ low: Double, _ high: Double, count: Int = 5) -> ClosedRange<Double> {
    guard low < high else {
      let reach = max(low.magnitude * 0.05, 1e-9)
      return (low - reach)...(high + reach)
    }
    let step = roundStep((high - low) / Double(count))
    return ((low / step + 1e-9).rounded(.down) * step)...((high / step - 1e-9).rounded(.up) * step)
  }

  private static let second: Int64 = 1_000_000_000

  /// Steps of clock and calendar, in nanoseconds; beyond days whole months are used.
  private static let clockSteps: [Int64] =
    [
      1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
      1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000, 200_000_000, 500_000_000,
    ] + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200].map { $0 * second }
    + [1, 2, 7, 14].map { $0 * CalendarDate.nanosecondsPerDay }

  /// Moments along a span of time with their labels, at most about `count`.
  static func times(from start: Int64, through end: Int64, count: Int) -> [(time: Int64, label: String)] {
    guard end > start else { return [(start, Format.moment(start))] }
    let wanted = (end - start) / Int64(max(1, count))
    if let step = clockSteps.first(where: { $0 >= wanted }) {
      var ticks: [(Int64, String)] = []
      var time = start - ((start % step) + step) % step
      if time < start { time += step }
      while time <= end, ticks.count < 50 {
        ticks.append((time, clockLabel(time, step: step, isFirst: ticks.isEmpty)))
        time += step
      }
      return ticks
    }
    let day = CalendarDate.nanosecondsPerDay
    let monthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 240]
    let months = monthSteps.first { Int64($0) * 30 * day >= wanted } ?? 600
    let first = CalendarDate(nanoseconds: start)
    var index = (first.year * 12 + first.month - 1 + months - 1) / months * months
    if first.day > 1, index == first.year * 12 + first.month - 1 { index += months }
    var ticks: [(Int64, String)] = []
    while ticks.count < 50, let date = CalendarDate(year: index / 12, month: index % 12 + 1, day: 1) {
      let time = Int64(date.daysSinceEpoch) * day
      guard time <= end else { break }
      let isYear = date.month == 1 || months >= 12
      let name = Format.months[date.month - 1].prefix(3)
      ticks.append((time, isYear ? "\(date.year)" : ticks.isEmpty ? "\(name) \(date.year)" : String(name)))
      index += months
    }
    return ticks
  }

  private static func clockLabel(_ time: Int64, step: Int64, isFirst: Bool) -> String {
    let day = CalendarDate.nanosecondsPerDay
    if step >= day {
      let date = CalendarDate(nanoseconds: time)
      let name = Format.months[date.month - 1].prefix(3)
      return "\(date.day) \(name)" + (isFirst ? " \(date.year)" : "")
    }
    if time % day == 0 {
      let date = CalendarDate(nanoseconds: time)
      return "\(date.day) \(Format.months[date.month - 1].prefix(3))"
    }
    if step >= 60 * second { return String(Format.time(time).prefix(5)) }
    if step >= second { return Format.time(time) }
    let decimals = step >= 1_000_000 ? 3 : step >= 1000 ? 6 : 9
    return String(Format.time(time, decimals: decimals).dropFirst(3))
  }

  /// Powers of ten and, where there are few, their doubles and fives.
  static func logarithmic(_ range: ClosedRange<Double>) -> [Double] {
    guard range.lowerBound > 0 else { return [] }
    for multiples in [[1.0], [1.0, 2, 5], [1.0, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]] {
      var values: [Double] = []
      var power = 1.0
      while power > range.lowerBound { power /= 10 }
      while power * 10 <= range.lowerBound { power *= 10 }
      while power <= range.upperBound, values.count < 60 {
        values += multiples.map { $0 * power }.filter { range.contains($0) }
        power *= 10
      }
      if values.count >= 3 { return values }
    }
    return linear(range, count: 4).values.filter { $0 > 0 }
  }
}

/// Mean and variance of a growing sample by Welford's update, which never cancels.
public struct RunningMoments: Sendable, Hashable, Codable {
  public private(set) var count = 0
  public private(set) var mean = 0.0
  /// Sum of squared deviations from the mean.
  public private(set) var squares = 0.0

  public init() {}

  /// Takes the next value in, and the oldest out of a full window.
  public mutating func add(_ value: Double) {
    count += 1
    let difference = value - mean
    mean += difference / Double(count)
    squares += difference * (value - mean)
  }

  /// Joins a later part of the sample (Chan, Golub and LeVeque 1983).
  public mutating func merge(_ other: RunningMoments) {
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let difference = other.mean - mean
    squares += other.squares + difference * difference * Double(count) * Double(other.count) / total
    mean += difference * Double(other.count) / total
    count += other.count
  }

  /// Unbiased; NaN for fewer than two values.
  public var variance: Double { count > 1 ? squares / Double(count - 1) : .nan }
  public var standardDeviation: Double { variance.squareRoot() }
  public var standardErrorOfMean: Double { (variance / Double(count)).squareRoot() }
}

/// Mean and variance over the last `length` values. Sums are rebuilt from the window itself once per turn of the ring, so
/// rounding errors never outlive one window.
public struct RollingMoments: Sendable {
  public let length: Int
  private var ring: [Double]
  private var next = 0
  private var filled = 0
  /// Values are summed relative to this, so that a large common level does not cancel.
  private var origin = 0.0
  private var sum = 0.0
  private var squares = 0.0

  public init(length: Int) {
    precondition(length > 0, "a window holds at least one value")
    self.length = length
    ring = [Double](repeating: 0, count: length)
  }

  public var count: Int { filled }

  /// Takes the next value in, and the oldest out of a full window.
  public mutating func add(_ value: Double) {
    if filled == length {
      let old = ring[next] - origin
      sum -= old
      squares -= old * old
    } else {
      if filled == 0 { origin = value }
      filled += 1
    }
    ring[next] = value
    let shifted = value - origin
    sum += shifted
    squares += shifted * shifted
    next += 1
    if next == length {
      next = 0
      rebuild()
    }
  }

  private mutating func rebuild() {
    origin = mean
    sum = 0
    squares = 0
    for index in 0..<filled {
      let shifted = ring[index] - origin
      sum += shifted
      squares += shifted * shifted
    }
  }

  public var mean: Double { filled == 0 ? .nan : origin + sum / Double(filled) }
  /// Unbiased; NaN for fewer than two values.
  public var variance: Double {
    guard filled > 1 else { return .nan }
    return max(0, squares - sum * sum / Double(filled)) / Double(filled - 1)
  }
  public var standardDeviation: Double { variance.squareRoot() }
}

/// Minimum and maximum over the last `length` values in constant amortised time: each deque keeps only values that can
/// still become the extreme.
public struct RollingExtremes: Sendable {
  public let length: Int
  private var minima: [(index: Int, value: Double)] = []
  private var maxima: [(index: Int, value: Double)] = []
  private var minimaHead = 0
  private var maximaHead = 0
  private var index = 0

  public init(length: Int) {
    precondition(length > 0, "a window holds at least one value")
    self.length = length
  }

  /// Takes the next value in, and the oldest out of a full window.
  public mutating func add(_ value: Double) {
    while minima.count > minimaHead, let last = minima.last, last.value >= value { minima.removeLast() }
    while maxima.count > maximaHead, let last = maxima.last, last.value <= value { maxima.removeLast() }
    minima.append((index, value))
    maxima.append((index, value))
    index += 1
    if minima[minimaHead].index <= index - length - 1 { minimaHead += 1 }
    if maxima[maximaHead].index <= index - length - 1 { maximaHead += 1 }
    // The dead front is dropped once it is as long as the window, so memory stays within three windows.
    if minimaHead > length {
      minima.removeFirst(minimaHead)
      minimaHead = 0
    }
    if maximaHead > length {
      maxima.removeFirst(maximaHead)
      maximaHead = 0
    }
  }

  /// NaN before the first value.
  public var minimum: Double { minimaHead < minima.count ? minima[minimaHead].value : .nan }
  public var maximum: Double { maximaHead < maxima.count ? maxima[maximaHead].value : .nan }
}

/// Exponentially weighted mean and variance: m ← λ m + (1 − λ) x from the first value on, and the variance about m in the
/// incremental form of West (1979), which cannot go negative.
public struct ExponentialMoments: Sendable, Hashable, Codable {
  public let decay: Double
  public private(set) var count = 0
  public private(set) var mean = Double.nan
  public private(set) var variance = Double.nan

  /// `decay` λ in (0, 1); a half-life h is λ = 2^(−1/h).
  public init(decay: Double) {
    precondition(decay > 0 && decay < 1, "the decay lies between 0 and 1")
    self.decay = decay
  }

  /// Takes the next value in, and the oldest out of a full window.
  public mutating func add(_ value: Double) {
    count += 1
    guard count > 1 else {
      mean = value
      variance = 0
      return
    }
    let difference = value - mean
    let step = (1 - decay) * difference
    mean += step
    variance = decay * (variance + difference * step)
  }
}

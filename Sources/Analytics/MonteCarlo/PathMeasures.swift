import Numerics

/// Figures of one path; wealth starts at 1, and `highestWealth` stands for everything above it.
public enum PathFigure: String, Codable, Sendable, Hashable, CaseIterable {
  case terminalWealth
  /// Largest loss from a peak as a fraction of the peak, the start included.
  case maximumDrawdown
  case minimumWealth
  /// Mean over deviation of simple returns per step, annualised by the plan's periods; zero for a constant path.
  case sharpeRatio
  /// Fraction of steps that end below the peak so far.
  case timeUnderWater
  /// Longest run of such steps.
  case longestTimeUnderWater
  /// Terminal wealth to the power of the plan's periods a year over the steps, less 1: what the path grew by in a year.
  case annualGrowth

  /// e^345, about 7e149.
  public static let highestWealth = Elementary.exp(345)
}

/// The kernels that reduce a block of sixteen paths to its figures, eight lanes at a time.
enum PathMeasures {
  typealias Lanes = SIMD8<Double>

  @inline(__always)
  static func larger(_ left: Lanes, _ right: Lanes) -> Lanes { left.replacing(with: right, where: left .< right) }
  @inline(__always)
  static func smaller(_ left: Lanes, _ right: Lanes) -> Lanes { left.replacing(with: right, where: right .< left) }

  /// e^level up to `PathFigure.highestWealth`, so that sums of squares over any number of paths stay finite.
  @inline(__always)
  static func wealth(_ level: Lanes) -> Lanes { Elementary.exp(smaller(level, Lanes(repeating: 345))) }

  /// Terminal wealth, drawdown and minimum in log space: three figures of sixteen lanes each.
  @inline(__always)
  static func extremes(
    _ logReturns: UnsafePointer<Double>, steps: Int, terminal: UnsafeMutablePointer<Double>,
    drawdown: UnsafeMutablePointer<Double>, minimum: UnsafeMutablePointer<Double>
  ) {
    for half in 0..<2 {
      var source = UnsafeRawPointer(logReturns + 8 * half)
      var level = Lanes(repeating: 0)
      var peak = level
      var fall = level
      var low = level
      for _ in 0..<steps {
        level += source.loadUnaligned(as: Lanes.self)
        source += 128
        peak = larger(peak, level)
        fall = larger(fall, peak - level)
        low = smaller(low, level)
      }
      UnsafeMutableRawPointer(terminal + 8 * half).storeBytes(of: wealth(level), as: Lanes.self)
      UnsafeMutableRawPointer(drawdown + 8 * half).storeBytes(of: 1 - Elementary.exp(-fall), as: Lanes.self)
      UnsafeMutableRawPointer(minimum + 8 * half).storeBytes(of: wealth(low), as: Lanes.self)
    }
  }

  /// Growth of a year that compounds to a terminal wealth, by lane; as high as wealth can be where it is beyond it.
  static func annualGrowth(
    _ terminal: UnsafePointer<Double>, steps: Int, periodsPerYear: Double, target: UnsafeMutablePointer<Double>
  ) {
    for lane in 0..<PathBlock.lanes {
      let level = terminal[lane] > 0 ? Elementary.log(terminal[lane]) * periodsPerYear / Double(max(steps, 1)) : -345
      target[lane] = Elementary.expMinusOne(max(-345, min(345, level)))
    }
  }

  /// Fraction of steps under water and the longest run.
  static func timeUnderWater(
    _ logReturns: UnsafePointer<Double>, steps: Int, fraction: UnsafeMutablePointer<Double>,
    longest: UnsafeMutablePointer<Double>
  ) {
    let one = Lanes(repeating: 1)
    let zero = Lanes(repeating: 0)
    for half in 0..<2 {
      var source = UnsafeRawPointer(logReturns + 8 * half)
      var level = zero
      var peak = zero
      var below = zero
      var run = zero
      var best = zero
      for _ in 0..<steps {
        level += source.loadUnaligned(as: Lanes.self)
        source += 128
        peak = larger(peak, level)
        let isBelow = level .< peak
        below += zero.replacing(with: one, where: isBelow)
        run = zero.replacing(with: run + one, where: isBelow)
        best = larger(best, run)
      }
      UnsafeMutableRawPointer(fraction + 8 * half).storeBytes(of: below / Double(max(steps, 1)), as: Lanes.self)
      UnsafeMutableRawPointer(longest + 8 * half).storeBytes(of: best, as: Lanes.self)
    }
  }

  /// Annualised Sharpe ratio; sums are taken about the first return, so that they do not cancel.
  static func sharpe(
    _ simpleReturns: UnsafePointer<Double>, steps: Int, riskFreePerStep: Double, annualization: Double,
    target: UnsafeMutablePointer<Double>
  ) {
    for half in 0..<2 {
      let start = UnsafeRawPointer(simpleReturns + 8 * half)
      let origin = start.loadUnaligned(as: Lanes.self)
      var sum = Lanes(repeating: 0)
      var squares = Lanes(repeating: 0)
      var source = start
      for _ in 0..<steps {
        let value = source.loadUnaligned(as: Lanes.self) - origin
        source += 128
        sum += value
        squares.addProduct(value, value)
      }
      let count = Double(steps)
      for lane in 0..<8 {
        let mean = sum[lane] / count
        let variance = steps > 1 ? max(0, squares[lane] - sum[lane] * mean) / (count - 1) : 0
        let excess = origin[lane] + mean - riskFreePerStep
        let ratio = variance > 1e-30 ? excess / variance.squareRoot() * annualization : 0
        // Returns that are no numbers must not pass for a path without variance.
        target[8 * half + lane] = sum[lane].isFinite ? ratio : .nan
      }
    }
  }

  /// Wealth at chosen steps (ascending), sixteen values each.
  static func fan(
    _ logReturns: UnsafePointer<Double>, steps: Int, at chosen: [Int], target: UnsafeMutablePointer<Double>
  ) {
    for half in 0..<2 {
      var level = Lanes(repeating: 0)
      var next = 0
      for step in 0..<steps where next < chosen.count {
        level += UnsafeRawPointer(logReturns + 16 * step + 8 * half).loadUnaligned(as: Lanes.self)
        if chosen[next] == step {
          UnsafeMutableRawPointer(target + 16 * next + 8 * half).storeBytes(of: wealth(level), as: Lanes.self)
          next += 1
        }
      }
    }
  }
}

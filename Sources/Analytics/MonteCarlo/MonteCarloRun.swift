import Dispatch
import Numerics

/// Everything a simulation has found so far: can be stored, restored and continued, with the same result as an
/// uninterrupted run.
public struct MonteCarloState: Sendable, Codable, Hashable {
  public let plan: MonteCarloPlan
  public let steps: Int
  public internal(set) var chunks = 0
  public internal(set) var isFinished = false
  public internal(set) var stoppedEarly = false
  var blocks = 0
  var figures: [FigureTally]
  var fan: [FigureTally]
  var loss = MeanTally()
  var ruin: [MeanTally]

  init(plan: MonteCarloPlan, steps: Int) {
    self.plan = plan
    self.steps = steps
    figures = plan.orderedFigures.map { _ in FigureTally(exactLimit: plan.exactLimit) }
    fan = plan.fanSteps.map { _ in FigureTally(exactLimit: min(plan.exactLimit, 1 << 17)) }
    ruin = plan.ruinLevels.map { _ in MeanTally() }
  }

  public var paths: Int { blocks * PathBlock.lanes }
}

/// How far a run is.
public struct MonteCarloProgress: Sendable {
  public var pathsDone: Int
  public var pathsPlanned: Int
  /// Standard error of the mean terminal wealth so far.
  public var terminalWealth: Estimate
}

/// Runs paths through the figures of a plan without ever storing the paths: memory is one block per thread plus the
/// tallies, whatever the number of paths. Chunks have a fixed size and are joined in order, so the result is the same for
/// any number of threads, and an early stop happens at the same chunk.
public struct MonteCarloRun<Source: PathSource>: Sendable {
  public let source: Source
  public private(set) var state: MonteCarloState

  /// Blocks of sixteen paths per chunk.
  static var blocksPerChunk: Int { 64 }

  public init(_ source: Source, plan: MonteCarloPlan) throws(MonteCarloError) {
    try plan.validate(steps: source.steps)
    try source.requireScheme(plan.scheme)
    self.source = source
    state = MonteCarloState(plan: plan, steps: source.steps)
  }

  /// Continues from a checkpoint of the same plan and a source with the same number of steps.
  public init(_ source: Source, resuming state: MonteCarloState) throws(MonteCarloError) {
    try state.plan.validate(steps: source.steps)
    try source.requireScheme(state.plan.scheme)
    try MonteCarloError.require(
      state.steps == source.steps && state.figures.count == state.plan.orderedFigures.count
        && state.fan.count == state.plan.fanSteps.count && state.ruin.count == state.plan.ruinLevels.count
        && state.chunks >= 0 && state.blocks == min(state.chunks * Self.blocksPerChunk, Self.blockCount(state.plan)),
      "checkpoint", "it belongs to another simulation")
    self.source = source
    self.state = state
  }

  static func blockCount(_ plan: MonteCarloPlan) -> Int { (plan.paths + PathBlock.lanes - 1) / PathBlock.lanes }

  /// Runs to the end, to the target error, or until `progress` returns false; the state then is a checkpoint. A source that
  /// gives a return that is no number is refused with the path and the step; the state is that of the last whole round.
  public mutating func run(
    progress: ((MonteCarloProgress) -> Bool)? = nil
  ) throws(MonteCarloError) -> MonteCarloResult {
    let plan = state.plan
    let totalBlocks = Self.blockCount(plan)
    let totalChunks = (totalBlocks + Self.blocksPerChunk - 1) / Self.blocksPerChunk
    let chunksPerRound = plan.threads == 1 ? 4 : 4 * plan.threads
    var isWanted = true
    while !state.isFinished, isWanted {
      let first = state.chunks
      let count = min(chunksPerRound, totalChunks - first)
      guard count > 0 else {
        state.isFinished = true
        break
      }
      let outputs = simulate(first: first, count: count, totalBlocks: totalBlocks)
      if let fault = outputs.lazy.compactMap(\.fault).first { throw fault }
      for output in outputs where !state.isFinished { join(output) }
      if state.chunks == totalChunks { state.isFinished = true }
      if let progress {
        isWanted = progress(
          MonteCarloProgress(
            pathsDone: state.paths, pathsPlanned: totalBlocks * PathBlock.lanes,
            terminalWealth: state.figures[0].mean.estimate(plan.scheme)))
      }
    }
    return MonteCarloResult(state)
  }

  private func simulate(first: Int, count: Int, totalBlocks: Int) -> [ChunkOutput] {
    let source = source
    let plan = state.plan
    @Sendable func chunk(_ index: Int) -> ChunkOutput {
      let start = index * Self.blocksPerChunk
      return ChunkOutput(source, plan, blocks: start..<min(start + Self.blocksPerChunk, totalBlocks))
    }
    guard plan.threads > 1, count > 1 else { return (first..<first + count).map(chunk) }
    return [ChunkOutput](unsafeUninitializedCapacity: count) { slots, initialized in
      nonisolated(unsafe) let base = slots.baseAddress
      // Worker w takes the chunks w, w + threads, …; every slot is written by exactly one worker.
      DispatchQueue.concurrentPerform(iterations: min(plan.threads, count)) { worker in
        for offset in stride(from: worker, to: count, by: plan.threads) {
          (base! + offset).initialize(to: chunk(first + offset))
        }
      }
      initialized = count
    }
  }

  private mutating func join(_ output: ChunkOutput) {
    let lanes = PathBlock.lanes
    let figureCount = state.figures.count
    output.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      var indicator = [Double](repeating: 0, count: lanes)
      for block in 0..<output.blockCount {
        let row = base + block * output.stride
        for figure in 0..<figureCount { state.figures[figure].add(row + figure * lanes) }
        for step in state.fan.indices { state.fan[step].add(row + (figureCount + step) * lanes) }
        for lane in 0..<lanes { indicator[lane] = row[lane] < 1 ? 1 : 0 }
        state.loss.add(indicator)
        for (index, level) in state.plan.ruinLevels.enumerated() {
          for lane in 0..<lanes { indicator[lane] = row[2 * lanes + lane] <= level ? 1 : 0 }
          state.ruin[index].add(indicator)
        }
      }
    }
    state.chunks += 1
    state.blocks += output.blockCount
    if let stop = state.plan.stop, let index = state.plan.orderedFigures.firstIndex(of: stop.figure), state.chunks >= 4,
      state.figures[index].mean.estimate(state.plan.scheme).standardError <= stop.standardError
    {
      state.isFinished = true
      state.stoppedEarly = true
    }
  }
}

/// The figures of one chunk, block by block: sixteen values per figure, then sixteen per fan step.
struct ChunkOutput: Sendable {
  var values: [Double]
  var blockCount: Int
  var stride: Int
  /// What the source gave that is no return; the values are then worth nothing.
  var fault: MonteCarloError?

  init<Source: PathSource>(_ source: Source, _ plan: MonteCarloPlan, blocks: Range<Int>) {
    let lanes = PathBlock.lanes
    let figures = plan.orderedFigures
    let steps = source.steps
    let stride = (figures.count + plan.fanSteps.count) * lanes
    blockCount = blocks.count
    self.stride = stride
    let sharpe = figures.firstIndex(of: .sharpeRatio)
    let under = figures.firstIndex(of: .timeUnderWater)
    let longest = figures.firstIndex(of: .longestTimeUnderWater)
    let growth = figures.firstIndex(of: .annualGrowth)
    let annualization = plan.periodsPerYear.squareRoot()
    var fault: MonteCarloError?
    values = [Double](unsafeUninitializedCapacity: stride * blocks.count) { values, initialized in
      values.initialize(repeating: 0)
      let logs = UnsafeMutableBufferPointer<Double>.allocate(capacity: steps * lanes)
      let simple = sharpe == nil ? nil : UnsafeMutableBufferPointer<Double>.allocate(capacity: steps * lanes)
      let spare = UnsafeMutablePointer<Double>.allocate(capacity: 2 * lanes)
      // What a source leaves unfilled is found out instead of being whatever the memory held.
      logs.initialize(repeating: .nan)
      simple?.initialize(repeating: .nan)
      defer {
        logs.deallocate()
        simple?.deallocate()
        spare.deallocate()
      }
      for (offset, block) in blocks.enumerated() {
        guard let base = logs.baseAddress, let row = values.baseAddress.map({ $0 + offset * stride }) else { return }
        source.fill(
          block: UInt64(block), seed: plan.seed, scheme: plan.scheme, logReturns: logs, simpleReturns: simple)
        PathMeasures.extremes(
          base, steps: steps, terminal: row, drawdown: row + lanes, minimum: row + 2 * lanes)
        fault = Self.fault(in: UnsafeBufferPointer(logs), ofWealth: row, block: block, "log return")
        if fault != nil { break }
        if let growth {
          PathMeasures.annualGrowth(
            row, steps: steps, periodsPerYear: plan.periodsPerYear, target: row + growth * lanes)
        }
        if under != nil || longest != nil {
          PathMeasures.timeUnderWater(
            base, steps: steps, fraction: under.map { row + $0 * lanes } ?? spare,
            longest: longest.map { row + $0 * lanes } ?? spare + lanes)
        }
        if let sharpe, let simple, let returns = simple.baseAddress {
          PathMeasures.sharpe(
            returns, steps: steps, riskFreePerStep: plan.riskFreePerStep, annualization: annualization,
            target: row + sharpe * lanes)
          fault = Self.fault(in: UnsafeBufferPointer(simple), ofRatio: row + sharpe * lanes, block: block)
          if fault != nil { break }
        }
        if !plan.fanSteps.isEmpty {
          PathMeasures.fan(base, steps: steps, at: plan.fanSteps, target: row + figures.count * lanes)
        }
      }
      initialized = stride * blocks.count
    }
    self.fault = fault
  }

  /// Only wealth that is no number or beyond the highest can come from a return that is none: the others cost a look at
  /// sixteen values. A log return of minus infinity is a total loss and allowed.
  private static func fault(
    in returns: UnsafeBufferPointer<Double>, ofWealth wealth: UnsafePointer<Double>, block: Int, _ kind: String
  ) -> MonteCarloError? {
    for lane in 0..<PathBlock.lanes where !(wealth[lane] < PathFigure.highestWealth) {
      if let fault = fault(in: returns, lane: lane, block: block, kind, allows: -.infinity) { return fault }
    }
    return nil
  }

  private static func fault(
    in returns: UnsafeBufferPointer<Double>, ofRatio ratio: UnsafePointer<Double>, block: Int
  ) -> MonteCarloError? {
    for lane in 0..<PathBlock.lanes where !ratio[lane].isFinite {
      if let fault = fault(in: returns, lane: lane, block: block, "simple return", allows: nil) { return fault }
    }
    return nil
  }

  private static func fault(
    in returns: UnsafeBufferPointer<Double>, lane: Int, block: Int, _ kind: String, allows allowed: Double?
  ) -> MonteCarloError? {
    for step in 0..<(returns.count / PathBlock.lanes) {
      let value = returns[step * PathBlock.lanes + lane]
      if value.isFinite || value == allowed { continue }
      return MonteCarloError(
        series: "path \(block * PathBlock.lanes + lane)", row: step,
        reason: "the source gave the \(kind) \(value) at this step; it must be a number")
    }
    return nil
  }
}

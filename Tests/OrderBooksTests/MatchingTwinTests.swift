import Foundation
import MarketTypes
import OrderBooks
import TestSupport
import Testing

/// The engine and its naive twin say the same about every request, and hold the same orders after it.
@Suite struct MatchingTwinTests {
  static func compare(
    seed: UInt64, requests: Int, style: RandomMatchingFlow.Style, configuration: MatchingConfiguration,
    bookEvery: Int = 1
  ) {
    var flow = RandomMatchingFlow(seed: seed, style: style, configuration: configuration)
    var engine = MatchingEngine(configuration: configuration)
    var twin = ReferenceMatchingEngine(configuration: configuration)
    var log = ReportLog()
    var checker = MatchingAuditor()
    for number in 0..<requests {
      let (request, time) = flow.request()
      log.reports.removeAll(keepingCapacity: true)
      twin.reports.removeAll(keepingCapacity: true)
      engine.apply(request, sequence: UInt64(number), time: time, into: &log)
      twin.apply(request, sequence: UInt64(number), time: time)
      var agree = log.reports == twin.reports
      if number % bookEvery == 0 {
        agree = agree && engine.allOrders() == twin.allOrders()
        agree = agree && engine.levels(.buy) == twin.levels(.buy) && engine.levels(.sell) == twin.levels(.sell)
        agree = agree && engine.indicativeAuction() == twin.indicativeAuction()
        let faults = engine.invariantFaults() + checker.faults(after: log.reports, engine: engine)
        if !faults.isEmpty {
          Issue.record("seed \(seed) request \(number) \(request): \(faults)")
          return
        }
      } else {
        _ = checker.faults(after: log.reports, engine: engine)
      }
      guard agree else {
        let pair = zip(log.reports, twin.reports).first { $0 != $1 }
        let orders = zip(engine.allOrders(), twin.allOrders()).first { $0 != $1 }
        Issue.record(
          """
          seed \(seed) request \(number): \(request)
          reports \(log.reports.count) and \(twin.reports.count), first that differ: \(String(describing: pair))
          orders \(engine.orderCount), first that differ: \(String(describing: orders))
          auctions \(engine.indicativeAuction()) and \(twin.indicativeAuction())
          """)
        return
      }
    }
  }

  /// Seeds per test: a few by default, hundreds with LOCKSTEP_LONG_TESTS=1.
  static func seeds(_ few: UInt64) -> Range<UInt64> {
    0..<(ProcessInfo.processInfo.environment["LOCKSTEP_LONG_TESTS"] == "1" ? few * 60 : few)
  }

  static func configuration(_ change: (inout MatchingConfiguration) -> Void = { _ in }) -> MatchingConfiguration {
    var configuration = MatchingConfiguration()
    configuration.capacity = 400
    configuration.windowLevels = 64
    configuration.directIdentifiers = 200
    change(&configuration)
    return configuration
  }

  @Test(arguments: Self.seeds(12))
  func allKindsOfOrders(seed: UInt64) {
    Self.compare(seed: seed, requests: 700, style: .init(), configuration: Self.configuration())
  }

  @Test(arguments: Self.seeds(6))
  func proRata(seed: UInt64) {
    Self.compare(
      seed: 100_000 + seed, requests: 600, style: .init(),
      configuration: Self.configuration { $0.allocation = .proRata })
  }

  @Test(arguments: Self.seeds(6))
  func mixedAllocation(seed: UInt64) {
    Self.compare(
      seed: 200_000 + seed, requests: 600, style: .init(),
      configuration: Self.configuration { $0.allocation = .mixed(firstPercent: 10 * Int(seed % 11)) })
  }

  @Test(arguments: Self.seeds(4))
  func tickAndLotSizes(seed: UInt64) {
    Self.compare(
      seed: 300_000 + seed, requests: 500, style: .init(),
      configuration: Self.configuration {
        $0.priceIncrement = 2
        $0.quantityIncrement = 5
        $0.smallestQuantity = 5
        $0.largestQuantity = 35
        $0.capacity = 40
      })
  }

  @Test(arguments: Self.seeds(6))
  func wideSwings(seed: UInt64) {
    var style = RandomMatchingFlow.Style()
    style.isPlain = seed % 2 == 0
    style.swing = 600
    style.usesPhases = false
    style.width = 100
    Self.compare(
      seed: 400_000 + seed, requests: 900, style: style, configuration: Self.configuration { $0.capacity = 2000 },
      bookEvery: 7)
  }

  @Test(arguments: Self.seeds(3))
  func deepBook(seed: UInt64) {
    var style = RandomMatchingFlow.Style()
    style.isPlain = true
    style.usesPhases = false
    style.width = 300
    style.cancelPercent = 5
    style.badPercent = 1
    Self.compare(
      seed: 500_000 + seed, requests: 1200, style: style, configuration: Self.configuration { $0.capacity = 5000 },
      bookEvery: 50)
  }

  /// The flows above reach every kind of report and nearly every reason; a flow that stopped doing so would prove little.
  @Test func flowsReachEveryKindAndReason() {
    var kinds: Set<MatchingReport.Kind> = []
    var rejects: Set<RejectReason> = []
    var cancels: Set<CancelReason> = []
    for seed in 0..<UInt64(40) {
      let configuration = Self.configuration {
        $0.priceIncrement = seed % 2 == 0 ? 1 : 2
        $0.quantityIncrement = seed % 2 == 0 ? 1 : 5
        $0.smallestQuantity = seed % 2 == 0 ? 1 : 10
        $0.capacity = seed % 3 == 0 ? 20 : 400
      }
      var flow = RandomMatchingFlow(seed: seed, style: .init(), configuration: configuration)
      var engine = MatchingEngine(configuration: configuration)
      var log = ReportLog()
      for number in 0..<1000 {
        let (request, time) = flow.request()
        engine.apply(request, sequence: UInt64(number), time: time, into: &log)
      }
      kinds.formUnion(log.reports.map(\.kind))
      rejects.formUnion(log.reports.map(\.rejectReason))
      cancels.formUnion(log.reports.map(\.cancelReason))
    }
    #expect(kinds == Set(MatchingReport.Kind.allCases))
    #expect(Set(RejectReason.allCases).subtracting(rejects) == [])
    // A matching engine knows no corporate actions.
    #expect(Set(CancelReason.allCases).subtracting(cancels) == [.corporateAction])
  }
}

import MarketTypes
import OrderBooks
import TestSupport
import Testing

/// The fuzz target's loop over seeded bytes, against the twin as well.
@Suite struct MatchingFuzzTests {
  @Test(arguments: 0..<60)
  func arbitraryBytesKeepTheInvariants(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bytes = (0..<4000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    var decoder = MatchingRequestDecoder(bytes)
    let configuration = decoder.configuration()
    var engine = MatchingEngine(configuration: configuration)
    var twin = ReferenceMatchingEngine(configuration: engine.configuration)
    var auditor = MatchingAuditor()
    var log = ReportLog()
    var number: UInt64 = 0
    while let (request, time) = decoder.next() {
      log.reports.removeAll(keepingCapacity: true)
      twin.reports.removeAll(keepingCapacity: true)
      engine.apply(request, sequence: number, time: time, into: &log)
      twin.apply(request, sequence: number, time: time)
      number += 1
      let faults = engine.invariantFaults() + auditor.faults(after: log.reports, engine: engine)
      guard faults.isEmpty, log.reports == twin.reports, engine.allOrders() == twin.allOrders() else {
        let pair = zip(log.reports, twin.reports).first { $0 != $1 }
        Issue.record("seed \(seed) request \(number) \(request): \(faults) \(String(describing: pair))")
        return
      }
    }
    #expect(auditor.faults(of: engine) == [])
  }
}

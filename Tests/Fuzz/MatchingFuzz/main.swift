import FuzzSupport
import MarketTypes
import OrderBooks
import TestSupport

// Any bytes become a configuration and requests; after each request the engine's structures and the reports must hold.
fuzz { bytes in
  var decoder = MatchingRequestDecoder(bytes)
  var engine = MatchingEngine(configuration: decoder.configuration())
  var auditor = MatchingAuditor()
  var log = ReportLog()
  var number: UInt64 = 0
  while let (request, time) = decoder.next() {
    log.reports.removeAll(keepingCapacity: true)
    engine.apply(request, sequence: number, time: time, into: &log)
    number += 1
    let faults = engine.invariantFaults() + auditor.faults(after: log.reports, engine: engine)
    precondition(faults.isEmpty, "\(request): \(faults)")
  }
  let faults = auditor.faults(of: engine)
  precondition(faults.isEmpty, "\(faults)")
}

import Foundation
import Testing

@Suite("lockstep dividends")
struct DividendsCommandTests {
  @Test("A factor file gives keys that a scenario can include")
  func keys() throws {
    let path = NSTemporaryDirectory() + "factors-\(ProcessInfo.processInfo.globallyUniqueString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    // As LEAN's file of Apple: a dividend of 2.65 after 2012-08-08's close, then a split of 7 for 1.
    try "20120808,0.9900000,0.25,619.86\n20140606,0.9942326,0.25,645.57\n20501231,1,1,0\n"
      .write(toFile: path, atomically: true, encoding: .utf8)
    let outcome = try Binary.run("dividends", path, "AAPL")
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("schema = 1\n"))
    #expect(
      outcome.output.contains(
        "[[carry.dividend]]\ntime = 2012-08-09T06:59:00Z\ninstrument = \"AAPL\"\nper_unit = 2.64\n"))
    #expect(
      outcome.output.contains(
        "[[data.split]]\ntime = 2014-06-07T07:00:00Z\ninstrument = \"AAPL\"\nnew_shares = 4\nold_shares = 1\n"))
    #expect(try Binary.run("dividends", path + ".none", "AAPL").code == 4)
  }
}

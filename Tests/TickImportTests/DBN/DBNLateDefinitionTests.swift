import MarketTypes
import Testing

@testable import TickImport

/// Definitions behind the events they are about.
struct DBNLateDefinitionTests {
  private func definitions(multiplier: Int64) throws -> [UInt8] {
    let instrument = Instrument(
      symbol: "ESH4", venue: "GLBX.MDP3", tick: DecimalUnit("0.25")!,
      multiplier: DecimalUnit(mantissa: multiplier, exponent: 0)!, sourceIdentifier: 17_077)
    let start = Timestamp(nanoseconds: 1_704_207_600_000_000_000)
    return try DBNExporter(
      instruments: [instrument], options: .init(schema: .definition, start: start, end: start), name: "definitions"
    ).header()
  }

  private func orders(_ count: Int) -> [UInt8] {
    var sample = DBNSample()
    let first: UInt64 = 1_704_207_601_000_000_000
    for index in 0..<count { sample.order("A", id: UInt64(index + 1), event: first + UInt64(index)) }
    return sample.bytes
  }

  @Test func `files of definitions may stand before or behind`() throws {
    let folder = try TemporaryFolder()
    let data = try folder.write(orders(2), "data.dbn")
    let definitions = try folder.write(try definitions(multiplier: 50), "definitions.dbn")
    for sources in [[data, definitions], [definitions, data]] {
      let output = try importToArray(sources).output
      let instrument = output.instruments[Int(output.events[0].instrument)]
      #expect(instrument.multiplier.description == "50" && instrument.tick.description == "0.25")
    }
  }

  @Test func `a definition behind what is written already starts the import over`() throws {
    let folder = try TemporaryFolder()
    let many = orders(ImportSink.probeCount + 10)
    let path = try folder.write(many + (try definitions(multiplier: 50)) + (try definitions(multiplier: 5)), "all.dbn")
    let (output, summary) = try importToArray([path])
    #expect(summary.passes == 2 && output.events.count == ImportSink.probeCount + 10)
    #expect(output.instruments[Int(output.events[0].instrument)].multiplier.description == "50")
    #expect(summary.remarks.contains { $0.contains("defined again") })
  }
}

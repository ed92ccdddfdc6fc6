import Analytics
import Testing

/// Bad numbers at every place of every public entry: a typed error that names the series (and the row), or an answer that
/// is a number.
@Suite struct BadInputTests {
  static let probes = ReturnProbes.all + TailProbes.all + PortfolioProbes.all + SimulationProbes.all

  @Test(arguments: probes) func badNumbersAreRefusedOrAnswered(probe: Probe) throws { try probe.check() }

  /// A new public entry with numbers in its signature must come with a probe.
  @Test func everyPublicEntryIsProbed() throws {
    let declared = try PublicSurface.declarations()
    #expect(declared.count > 200)
    let covered = Set(Self.probes.flatMap(\.covers))
    #expect(declared.subtracting(covered).sorted() == [], "public entries without a probe")
    // Entries whose signatures hold numbers inside other types are probed beyond what the scan asks for.
    let beyond = covered.subtracting(declared).filter { $0.contains(":)") }
    let known = ["BacktestOverfitting.init(_:blocks:statistic:)", "LaneSelection.init(_:groups:tested:)"]
    #expect(beyond.sorted() == known, "probes of entries that do not exist")
  }
}

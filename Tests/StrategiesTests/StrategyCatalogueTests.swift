import Foundation
import Strategies
import Testing

@Suite struct StrategyCatalogueTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/Strategies")

  @Test func namesAreUniqueAndFound() throws {
    let names = StrategyCatalogue.builtIn.map { $0.name }
    #expect(Set(names).count == names.count)
    for name in names { #expect(StrategyCatalogue.strategy(named: name)?.name == name) }
    #expect(StrategyCatalogue.strategy(named: "nothing") == nil)
  }

  @Test(arguments: StrategyCatalogue.builtIn.map { $0.name })
  func everyStrategyCanBeMadeFromItsDefaultsAndExtremes(name: String) throws {
    let strategy = try #require(StrategyCatalogue.strategy(named: name))
    #expect(!strategy.summary.isEmpty)
    #expect(Set(strategy.parameters.map(\.name)).count == strategy.parameters.count)
    for parameter in strategy.parameters {
      #expect(!parameter.summary.isEmpty)
      #expect(!parameter.isWhole || parameter.defaultValue == parameter.defaultValue.rounded())
      for value in [parameter.range.lowerBound, parameter.range.upperBound] {
        _ = strategy.init(try ParameterValues([parameter.name: value], for: strategy))
      }
    }
    let lowest = Dictionary(uniqueKeysWithValues: strategy.parameters.map { ($0.name, $0.range.lowerBound) })
    let highest = Dictionary(uniqueKeysWithValues: strategy.parameters.map { ($0.name, $0.range.upperBound) })
    for values in [[:], lowest, highest] { _ = strategy.init(try ParameterValues(values, for: strategy)) }
  }

  @Test(arguments: StrategyCatalogue.builtIn.map { $0.name })
  func everyStrategyHasItsPage(name: String) throws {
    let page = try String(
      decoding: Data(contentsOf: Self.folder.appending(path: "Documentation/\(name).md")), as: UTF8.self)
    #expect(page.hasPrefix("# \(name)\n"))
    #expect(page.contains("STRATEGIES.md#\(name)"), "the page must name the table of its parameters")
    for section in ["## Rule", "## Limits", "## Tested against"] { #expect(page.contains(section)) }
  }

  @Test func noPageIsLeftOver() throws {
    let pages = try FileManager.default.contentsOfDirectory(
      atPath: Self.folder.appending(path: "Documentation").path(percentEncoded: false))
    #expect(Set(pages) == Set(StrategyCatalogue.builtIn.map { "\($0.name).md" }))
  }

  @Test func strategiesDocumentIsCurrent() throws {
    let file = Self.folder.appending(path: "STRATEGIES.md")
    let document = StrategyCatalogue.document
    if ProcessInfo.processInfo.environment["LOCKSTEP_WRITE_STRATEGIES"] != nil {
      try Data(document.utf8).write(to: file)
    }
    let stored = try String(decoding: Data(contentsOf: file), as: UTF8.self)
    #expect(stored == document, "the file is stale: write it anew with LOCKSTEP_WRITE_STRATEGIES=1")
  }
}

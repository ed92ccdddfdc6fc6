import Lab
import Strategies
import Testing

@Test func everyStrategyOfTheCatalogueCanBeNamed() {
  #expect(StrategyRegistry.builtIn.map(\.name) == StrategyCatalogue.builtIn.map { $0.name })
}

import Foundation
import MarketTypes
import Testing

@testable import Strategies

@Suite struct AvellanedaStoikovTests {
  @Test func quotesEqualTheFormulasOfThePaper() {
    for gamma in [0.001, 0.1, 0.5, 2] {
      for (decay, variance, remaining, inventory) in [(1.5, 4.0, 1.0, 0.0), (0.3, 0.25, 60, -3), (10, 1, 0, 5.5)] {
        let model = AvellanedaStoikov.Model(riskAversion: gamma, arrivalDecay: decay)
        let quotes = model.quotes(
          middle: 100, inventory: inventory, variance: variance, remainingSeconds: remaining)
        let reservation = 100 - inventory * gamma * variance * remaining
        let spread = gamma * variance * remaining + 2 / gamma * log1p(gamma / decay)
        #expect(abs((quotes.bid + quotes.ask) / 2 - reservation) < 1e-9)
        #expect(abs(quotes.ask - quotes.bid - spread) < 1e-9)
      }
    }
  }

  @Test func figureOfThePaper() {
    // Section 3.3: γ = 0.1, k = 1.5, σ = 2; the flow part of the spread is 2/γ log(1 + γ/k) = 1.29.
    let model = AvellanedaStoikov.Model(riskAversion: 0.1, arrivalDecay: 1.5)
    #expect(abs(2 * model.flowHalfSpread - 1.290_770_4) < 1e-6)
  }

  @Test func withoutRiskAversionOnlyTheFlowCounts() {
    let neutral = AvellanedaStoikov.Model(riskAversion: 0, arrivalDecay: 0.4)
    let quotes = neutral.quotes(middle: 50, inventory: 9, variance: 4, remainingSeconds: 100)
    #expect(quotes == QuotePrices(bid: 47.5, ask: 52.5))
    let almost = AvellanedaStoikov.Model(riskAversion: 1e-9, arrivalDecay: 0.4)
    #expect(abs(almost.flowHalfSpread - 2.5) < 1e-7)
  }

  @Test func varianceOfEvenMovesIsTheirSquare() {
    var estimate = AvellanedaStoikov.VarianceEstimate(fixed: 0, periodSeconds: 0.5, halfLifeSeconds: 10)
    #expect(estimate.perSecond == 0)
    for step in 0..<50 { estimate.add(step % 2 == 0 ? 100 : 103) }
    #expect(abs(estimate.perSecond - 9 / 0.5) < 1e-12)
    // After one half-life of rest the old moves weigh half.
    var weights = (moved: 0.0, all: 0.0)
    let decay = pow(0.5, 0.5 / 10)
    for step in 0..<69 {
      weights.all = weights.all * decay + 1
      weights.moved = weights.moved * decay + (step < 49 ? 1 : 0)
    }
    for _ in 0..<20 { estimate.add(103) }
    #expect(abs(estimate.perSecond - 18 * weights.moved / weights.all) < 1e-9)
    var fixed = AvellanedaStoikov.VarianceEstimate(fixed: 2.25, periodSeconds: 1, halfLifeSeconds: 60)
    fixed.add(1)
    fixed.add(100)
    #expect(fixed.perSecond == 2.25)
  }

  @Test func pricesGoToTicksAwayFromTheMiddleAndNeverCross() {
    let prices = QuotePrices(bid: 99.7, ask: 100.2).onTicks
    #expect(prices == RestingPrices(bid: Price(ticks: 99), ask: Price(ticks: 101)))
    let outside = RestingPrices(bid: Price(ticks: 105), ask: Price(ticks: 95)).outside(
      bid: Price(ticks: 99), ask: Price(ticks: 101))
    #expect(outside == RestingPrices(bid: Price(ticks: 100), ask: Price(ticks: 100)))
    #expect(QuotePrices(bid: -1e300, ask: .nan).onTicks == RestingPrices(bid: .none, ask: .none))
  }
}

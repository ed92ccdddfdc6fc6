import Analytics
import Testing

@Test
func errorsNameTheSeriesAndTheRow() {
  #expect(throws: AnalyticsError(series: "returns", row: 1, reason: .notFinite)) {
    try requireFinite([0.1, .nan], atLeast: 1, series: "returns")
  }
  #expect(throws: AnalyticsError(series: "returns", reason: .empty)) {
    try requireFinite([], atLeast: 1, series: "returns")
  }
  #expect(throws: AnalyticsError(series: "returns", reason: .tooShort(found: 1, needed: 2))) {
    try requireFinite([0.1], atLeast: 2, series: "returns")
  }
  let error = AnalyticsError(series: "equity of lane 3", row: 17, reason: .notPositive)
  #expect("\(error)" == "equity of lane 3, row 17: must be above zero")
}

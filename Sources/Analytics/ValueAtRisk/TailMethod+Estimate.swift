extension TailMethod {
  /// The tail for the period after all of `returns`, oldest first; a GARCH model is fitted to them first.
  public func estimate(_ returns: [Double], confidence: Double) throws(AnalyticsError) -> TailRisk {
    try requireConfidence(confidence)
    try requireFinite(returns, atLeast: 2, series: "returns")
    var model: GARCH?
    if case .filteredGARCH(let errors, let asymmetric) = self {
      model = try GARCH.fit(returns, errors: errors, asymmetric: asymmetric).model
    }
    return try forecast(returns, confidence: confidence, model: model)
  }
}

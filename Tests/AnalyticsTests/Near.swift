/// Whether a value exists and is within `tolerance` of the expected one.
func near(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-12) -> Bool {
  guard let value else { return false }
  return abs(value - expected) <= tolerance
}

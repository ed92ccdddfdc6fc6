/// What rests at one price on one side.
public struct PriceLevel: Hashable, Sendable, BitwiseCopyable {
  public var quantity: Int64
  public var orderCount: Int32

  @inlinable
  public init(quantity: Int64 = 0, orderCount: Int32 = 0) {
    self.quantity = quantity
    self.orderCount = orderCount
  }
}

/// Does nothing and hears nothing: the cost of a lane, and the base that others are compared with.
public struct NullStrategy: Strategy {
  public static let name = "null"
  public static let summary = "Does nothing; the base that cost and result of others are compared with."

  public init(_ parameters: ParameterValues) {}

  public var subscriptions: Subscriptions { Subscriptions() }
}

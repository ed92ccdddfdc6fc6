import CSodium

extension TreeHead {
  /// The text in which a head is printed and stored.
  public var text: String { "{\"root\":\"\(root)\",\"size\":\(size)}" }

  /// Reads the text of a head.
  public init(text: String) throws(JSONFault) {
    let value = try CanonicalJSON(parsing: Array(text.utf8))
    guard let size = value["size"]?.exactInteger, size >= 0,
      let root = value["root"]?.text.flatMap({ Digest(hexadecimal: $0) })
    else { throw JSONFault("a ledger head has a \"root\" of 64 hexadecimal digits and a \"size\"") }
    self.init(size: size, root: root)
  }

  /// The bytes that a signature covers; the purpose keeps it from being taken for another statement.
  var signedBytes: [UInt8] {
    Array("{\"purpose\":\"lockstep ledger head\",\"root\":\"\(root)\",\"size\":\(size)}".utf8)
  }
}

/// A key pair that signs ledger heads with Ed25519.
public struct HeadSigningKey: Sendable {
  /// The 32 secret bytes that the pair is made of.
  public let seed: [UInt8]
  /// The 32 bytes that others check signatures with.
  public let publicKey: [UInt8]
  private let secretKey: [UInt8]

  /// A new random key, or nil when the system has no randomness to give.
  public init?() {
    guard sodium_init() >= 0 else { return nil }
    var seed = [UInt8](repeating: 0, count: 32)
    randombytes_buf(&seed, seed.count)
    self.init(seed: seed)
  }

  /// The key of 32 secret bytes.
  public init?(seed: [UInt8]) {
    guard seed.count == 32 else { return nil }
    var publicKey = [UInt8](repeating: 0, count: 32)
    var secretKey = [UInt8](repeating: 0, count: 64)
    guard crypto_sign_seed_keypair(&publicKey, &secretKey, seed) == 0 else { return nil }
    self.seed = seed
    self.publicKey = publicKey
    self.secretKey = secretKey
  }

  /// The 64 bytes of a signature; the same head always gives the same.
  public func signature(of head: TreeHead) -> [UInt8] { signature(ofMessage: head.signedBytes) }

  func signature(ofMessage message: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: 64)
    crypto_sign_detached(&signature, nil, message, UInt64(message.count), secretKey)
    return signature
  }
}

extension TreeHead {
  /// Whether the holder of `publicKey` signed this head.
  public func isSigned(by publicKey: [UInt8], signature: [UInt8]) -> Bool {
    guard publicKey.count == 32, signature.count == 64 else { return false }
    let message = signedBytes
    return crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
  }
}

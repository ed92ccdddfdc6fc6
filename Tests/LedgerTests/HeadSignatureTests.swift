import Testing

@testable import Ledger

@Suite struct HeadSignatureTests {
  /// RFC 8032, section 7.1, test 2.
  @Test func signsAsTheStandardSays() throws {
    let seed = try #require(
      Hexadecimal.bytes(of: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    let key = try #require(HeadSigningKey(seed: seed))
    #expect(
      Hexadecimal.text(of: key.publicKey) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    #expect(
      Hexadecimal.text(of: key.signature(ofMessage: [0x72]))
        == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
  }

  @Test func onlyTheSignedHeadIsSigned() throws {
    let head = TreeHead(size: 3, root: Digest(hashing: [1]))
    let key = try #require(HeadSigningKey())
    let other = try #require(HeadSigningKey())
    let signature = key.signature(of: head)
    #expect(signature == key.signature(of: head))
    #expect(head.isSigned(by: key.publicKey, signature: signature))
    #expect(!head.isSigned(by: other.publicKey, signature: signature))
    #expect(!TreeHead(size: 4, root: head.root).isSigned(by: key.publicKey, signature: signature))
    #expect(!TreeHead(size: 3, root: Digest(hashing: [2])).isSigned(by: key.publicKey, signature: signature))
    #expect(!head.isSigned(by: [], signature: signature))
    #expect(!head.isSigned(by: key.publicKey, signature: []))
    for place in signature.indices {
      var changed = signature
      changed[place] ^= 4
      #expect(!head.isSigned(by: key.publicKey, signature: changed))
    }
    #expect(HeadSigningKey(seed: [1, 2, 3]) == nil)
  }

  @Test func headsReadBack() throws {
    let head = TreeHead(size: 12, root: Digest(hashing: [7]))
    #expect(try TreeHead(text: head.text) == head)
    _ = try CanonicalJSON(canonical: Array(head.text.utf8))
    _ = try CanonicalJSON(canonical: head.signedBytes)
    for text in ["", "{}", "{\"root\":\"00\",\"size\":1}", "{\"root\":\"\(head.root)\",\"size\":-1}"] {
      #expect(throws: JSONFault.self) { try TreeHead(text: text) }
    }
  }
}

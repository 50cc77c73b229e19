package dev.weirkeeper.contracts.read;

/** No rule of ours says what a document asks for. Not an error of the document. */
final class UnsaidException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsaidException(String reason) {
    super(reason);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}

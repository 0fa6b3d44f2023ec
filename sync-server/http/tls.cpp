#include "http/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <iterator>

#include "base/error.hpp"

namespace doorstep::server::http {

namespace ssl = boost::asio::ssl;

namespace {

int select_http1(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                 unsigned int offered_size, void*) {
  static constexpr unsigned char kHttp1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  const int found = SSL_select_next_proto(const_cast<unsigned char**>(chosen), chosen_size, kHttp1,
                                          std::size(kHttp1), offered, offered_size);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

Result<std::unique_ptr<ssl::context>> make_tls_context(const TlsIdentity& identity) try {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
  // Cheap phones without AES instructions put ChaCha first, and then get it.
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Tickets resume sessions without memory on this side.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(native, &select_http1, nullptr);
  // An encrypted key is refused; OpenSSL would otherwise ask for its password on the terminal.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
  context->use_certificate_chain(boost::asio::buffer(identity.certificate_pem));
  context->use_private_key(boost::asio::buffer(identity.private_key_pem), ssl::context::pem);
  return context;
} catch (const boost::system::system_error& error) {
  return fail_usage("TLS证书或私钥无法使用,请检查二者是否为PEM格式并且配套。",
                    std::string("The TLS certificate and private key cannot be used (") + error.what() +
                        "); check that both are PEM and belong together.");
}

}  // namespace doorstep::server::http

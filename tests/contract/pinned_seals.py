"""What others than this package made of one text: the OpenSSL command line (3.0.19), and RFCs."""

from __future__ import annotations

from typing import Final

PLAIN: Final = '{"name":"测试甲","id_card":"11010519491231002X"}'.encode()
"""The file ``m`` of the commands below; what a vendor of diplomas shows as its example."""

KEY: Final = "000102030405060708090a0b0c0d0e0f"
IV: Final = "101112131415161718191a1b1c1d1e1f"

# openssl enc -aes-128-cbc -K $KEY -iv $IV -in m -a -A; the vendor's own example, less its iv
AES_128_CBC: Final = (
    "aHF51nQy+0CbKmdFPwVjmvTJ2Nt21V1dUMTrd69FokcEjplzyzofFdSxMQiSKMuAaUVmHqgf6FoF6FG2tcYSmw=="
)
# openssl enc -aes-192-cbc -K ${KEY}1011121314151617 -iv $IV -in m -a -A
AES_192_CBC: Final = (
    "2zB9JCemuABEiBtV1e5bUBvgnxuVYBqr9GRpBst/n/1pzpWAgeZ2SkCySJQ6PNq1EkQKsp1+jZbTUx51BHlN5g=="
)
# openssl enc -aes-256-cbc -K $KEY$IV -iv $IV -in m -a -A
AES_256_CBC: Final = (
    "Qz+SaKG/4trQhjNK/l8iCmyt48wRZ7jYAm40UdyBXOEdfBgWMkBplMgzdkoMqKdPmxKbM2ynXPNuHzec8hVsHw=="
)
# (cat m; head -c 13 /dev/zero) | openssl enc -aes-128-cbc -nopad -K $KEY -iv $IV | xxd -p
AES_CBC_ZERO: Final = (
    "687179d67432fb409b2a67453f05639af4c9d8db76d55d5d50c4eb77af45a247"
    "048e9973cb3a1f15d4b131089228cb8020689a14dc08491864a5bf10f77252d5"
)
# printf 0123456789abcdef0123456789abcdef | openssl enc -aes-128-cbc -nopad -K $KEY -iv $IV | xxd -p
AES_CBC_UNPADDED: Final = "eb9e5ba41b902db8252982aa1a23f4be916765b29ca3a2e2728e432e670f496d"
# openssl enc -sm4-cbc -K $KEY -iv $IV -in m -a -A
SM4_CBC: Final = (
    "TKCXf6e/1biMLKroik5AFLR/kbGYniaK5+kKmed9Dh3y1eE/gC1A0x0PE9lSybPJxIJxpYbjcaNzCQTcNROkkw=="
)
# openssl enc -sm4-ecb -K $KEY -in m -a -A
SM4_ECB: Final = (
    "ebVKf5k1pYkghMmqp5TkE02TFwMt1GjjwqNVKIi3ZsAMTrTf44gOX7kvh/D7AWi6r5JY1yeUNUL7AjJu75jLtg=="
)
# Counter mode out of `openssl enc -sm4-ecb -nopad`, and GHASH multiplied out in Python:
# the first twelve bytes of IV, cipher text, tag.
SM4_GCM: Final = (
    "101112131415161718191a1b"
    "c014ad8c43dc1fcfccd1292a999916d8afd8f92781ec8bf7e651c6a8da3ce05c"
    "05b50d8ccfe919a22deb064563c88e6c64adb6"
    "4cefa4a024bb2469a09c9b373903c5cd"
)

LONG: Final = b'{"trans_id":"ref0000000000000001","id_no":"ae05564031c21338aa8a2e7266e7855c"}' * 4
"""Longer than a key of 2048 bits takes at once: the files ``c1``, of 245 bytes, and ``c2``."""

# (openssl rsautl -sign -inkey rsa.pem -in c1; openssl rsautl ... -in c2) | xxd -p
PRIVATE_ENCRYPTED: Final = (
    "755895efe2f8748a872b058e7d5556ba5f717fc62a839fa079d4fe4b358ebbbf145d5bb61687235cdac3a8654f"
    "03aac9e7813dff15173de7854fdbb31efb15cd9e068a7293fd5058e3b01cd0883fc525282729253b9939dbb92a"
    "6e7375b8bff092da60ee29ee239a4a6b1876a06a4b237a48b3ee476db64ec1e544e520e113155226b34ac4bf8b"
    "0c0fe071bc9751b154038a40bfe36907d35f5ee5e7425a0f02337cfbe106bdcef0127c0b09cc471a3632415b38"
    "7ac483ae1d278b54db51e8358060000aabd908fa86a734ffeac26a334a22c170371e294aec596b43fd888de6bb"
    "e9e73fc19e5cbb47b19521cc5cd9b0067143ffe0fa1fc525e18e6574255aa29da75f6afb1c6d3d38934fffbd24"
    "2d83a809b5bec19604b64a182a1ad3a5a2f1836be70d99b5cace776f8e81802beb07a9827aefbf99c497ec29ff"
    "a79a85e471ebf9ce61f8aecdcb57e023cff714580cd64431d30fd5b44d7b168dca22fbb392efd130f321652488"
    "843ca48021de17c2d8b75993193e37f3f07a710c38bb433439c29d226ac6afc98b4f2efa26f4fd2a9151426297"
    "a601bd8c49382504a2fb06120f0ccf1c9203c56641e116ae18e983689fa1d54d6ef5552ec7f34bbfcb0c407d97"
    "7a150b86827af27cc66c333beab8e6f898a38e48de7debbb3c4ad2ebb401c2656403660e37065ccf0a9b0569e3"
    "332881a90eb65a91e7543979f8fb9fcbfb"
)
# openssl pkeyutl -encrypt -pubin -inkey rsa.pub -pkeyopt rsa_padding_mode:pkcs1 -in m | base64
PKCS1: Final = (
    "VgoTNsOnkY6LPH3a/cqCRHxlGn8Yn37YGNd11FCbtN9V+q5EaeUdRmK0mkVn2CvYK4v68aUOqj1yS4tx525+M5JUwF"
    "V8BWQM+mC/45n+T1OpvddPnBqJ1yYZKpr+ISo2FFpIQ29Izgy01kuvCg+JHBBMYzG1+IdxqFkrIWrTzYWLCEFX5n5/"
    "aZlubuNYQWJ6gV6LPY0/SInvehLtYzwzIlXlcb+6gWsh5JRSC6weo6TCIOvQnNzl3Sm3XNt7sPi4hPl+L0kj3go+NI"
    "nNanZjC8NKeqixAQvNvh2wWrVCsNp2Rks/8KNTR6RuLXi2I9XmmUZhDGRIOu54iMJdD31fsg=="
)
# ... -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha1
OAEP: Final = (
    "gl7hCYayWlr1W84u9j287PjhdS9XNmg2o4eQw0iMls7EioHwot3cpIlnvgoz+Y1h3pOFcaG+tmEYoYUMU8qYPFeLJV"
    "ouhskxyo0p1lS7IZAGRwDQfo837Grtt9HdpNVWU8ppGygk4M0+EunbDYcS2JuPXw0cteBYIIIZrGYQmDfWCSaASE3U"
    "870Jyj876VjUJ8lekcf7Y1iPreXuCAti1QaLwFkavRYGiRayUgYsjlUsspqRhnmcyuv5OTe6mBYWHdjUclmM1rf1mu"
    "vUWhpiB/LN1e94ZgUgU4naEtIfjd8eiz78wbtVNT8fYW2GDS6ynaVJFQX6d/EwSSOyHpLN4w=="
)
# Its key by pkeyutl (OAEP, sha256 both), its content by AES-GCM of `cryptography`, over PLAIN.
JWE: Final = (
    "eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIn0.icRM_UeVX4L1_8jCZ76hIIJoPvRr2keW_vwuX2"
    "GFX04J2UKFfW_GO6LHBc3G7KrM6U_6zM9-rxLHc4eTXbwWb4y77QWbPIjDI4rBMj_zpalu83jtwbIDt3nkxJBObs4Y"
    "5Wj4SpE3GLphXVzJKXwU1GT2WVF8irIIO_MjyFZsqDVI0eNmj3h2YX4EKd2Svi7vkpxlGG06HyV8g_Ym1hVDoBV4bm"
    "owFfT55hU41GEgqmmPl11FiKVKAZOryodnWpdARB9U3Lvs2pTD-bIeSbxvgo9jOSNtqiTwMMlb51QvzgvhD8_9eS2E"
    "6l0KZNmZy41uQ1f1-N_P3pAVmQKHCmCk-A.AAECAwQFBgcICQoL.Y6OHEXBs-3NVVFAXCvf5HXWOlKI6CxNuda8R3q"
    "ztTzTvX3fSov4Iyc3U8YVtx4UBrBIh.tC-8DtHyT4TRsb_6DXnQZQ"
)

FRODO: Final = (
    "You can trust us to stick with you through thick and thin–to the bitter end. And you can "
    "trust us to keep any secret of yours–closer than you keep it yourself. But you cannot trust "
    "us to let you face trouble alone, and go off without a word. We are your friends, Frodo."
).encode()
DIRECT_KEY: Final = "XctOhJAkA+pD9Lh7ZgW/2A=="
# RFC 7520, section 5.6
DIRECT: Final = (
    "eyJhbGciOiJkaXIiLCJraWQiOiI3N2M3ZTJiOC02ZTEzLTQ1Y2YtODY3Mi02MTdiNWI0NTI0M2EiLCJlbmMiOiJBMT"
    "I4R0NNIn0..refa467QzzKx6QAB.JW_i_f52hww_ELQPGaYyeAB6HYGcR559l9TYnSovc23XJoBcW29rHP8yZOZG7Y"
    "hLpT1bjFuvZPjQS-m0IFtVcXkZXdH_lr_FrdYt9HRUYkshtrMmIUAyGmUnd9zMDB2n0cRDIHAzFVeJUDxkUwVAE7_Y"
    "GRPdcqMyiBoCO-FBdE-Nceb4h3-FtBP-c_BIwCPTjb9o0SbdcdREEMJMyZBH8ySWMVi1gPD9yxi-aQpGbSv_F9N4IZ"
    "Axscj5g-NJsUPbjk29-s7LJAGb15wEBtXphVCgyy53CoIKLHHeJHXex45Uz9aKZSRSInZI-wjsY0yu3cT4_aQ3i1o-"
    "tiE-F8Ios61EKgyIQ4CWao8PFMj8TTnp.vbb32Xvllea2OtmHAdccRQ"
)

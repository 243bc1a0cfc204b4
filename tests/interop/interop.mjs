// Independent implementations of credentials, driven by the tests: one JSON request a line in, one JSON answer a line out.
// Digital Bazaar's Data Integrity libraries, jose, and @sd-jwt/core. Contexts are given by the tests; nothing is fetched.
import * as ecdsaJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as ecdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as ecdsaSd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as jose from 'jose';
import * as readline from 'node:readline';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {SDJwtInstance} from '@sd-jwt/core';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import {createHash, randomBytes} from 'node:crypto';
import {CONTEXT as diContext, CONTEXT_URL as diUrl} from '@digitalbazaar/data-integrity-context';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';
import jsonld from 'jsonld';

const contexts = new Map([...credentialContexts, [diUrl, diContext]]);
const keyContext = 'https://w3id.org/security/multikey/v1';

async function documentLoader(url) {
  if(url.startsWith('did:key:')) {
    return {contextUrl: null, documentUrl: url, document: didKey(url)};
  }
  if(!contexts.has(url)) {
    throw new Error(`not pinned: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: contexts.get(url)};
}

function didKey(url) {
  const [did, fragment] = url.split('#');
  const text = did.slice('did:key:'.length);
  const method = {
    '@context': keyContext, id: `${did}#${text}`, type: 'Multikey', controller: did, publicKeyMultibase: text
  };
  if(fragment !== undefined) {
    return method;
  }
  return {
    '@context': ['https://www.w3.org/ns/did/v1', keyContext], id: did, verificationMethod: [method],
    assertionMethod: [method.id], authentication: [method.id]
  };
}

const keys = new Map();
async function keyFor(kind) {
  if(!keys.has(kind)) {
    const made = kind === 'Ed25519' ?
      await ed25519Multikey.generate() : await ecdsaMultikey.generate({curve: kind});
    const did = `did:key:${made.publicKeyMultibase}`;
    made.id = `${did}#${made.publicKeyMultibase}`;
    made.controller = did;
    const signer = made.signer();
    signer.id = made.id;
    keys.set(kind, {did, signer});
  }
  return keys.get(kind);
}

const whole = {
  'eddsa-rdfc-2022': eddsaRdfc, 'ecdsa-rdfc-2019': ecdsaRdfc,
  'eddsa-jcs-2022': eddsaJcs.createSignCryptosuite(), 'ecdsa-jcs-2019': ecdsaJcs.createSignCryptosuite()
};

const verifiers = () => [
  new DataIntegrityProof({cryptosuite: eddsaRdfc}),
  new DataIntegrityProof({cryptosuite: ecdsaRdfc}),
  new DataIntegrityProof({cryptosuite: eddsaJcs.createVerifyCryptosuite()}),
  new DataIntegrityProof({cryptosuite: ecdsaJcs.createVerifyCryptosuite()}),
  new DataIntegrityProof({cryptosuite: ecdsaSd.createVerifyCryptosuite()})
];

function outcome(result) {
  if(result.verified) {
    return {verified: true};
  }
  const errors = result.error?.errors ?? [result.error];
  return {verified: false, errors: errors.map(error => `${error?.message} ${error?.cause?.message ?? ''}`)};
}

const sdJwt = verifier => new SDJwtInstance({
  hasher: data => createHash('sha256').update(data).digest(),
  hashAlg: 'sha-256',
  saltGenerator: length => randomBytes(length).toString('base64url'),
  ...verifier
});

const operations = {
  async contexts({documents}) {
    for(const [url, document] of Object.entries(documents)) {
      contexts.set(url, document);
    }
    return {};
  },
  async issue({credential, suite, kind, mandatoryPointers}) {
    const {did, signer} = await keyFor(kind);
    const cryptosuite = whole[suite] ?? ecdsaSd.createSignCryptosuite({mandatoryPointers});
    const signed = await vc.issue({
      credential: {...credential, issuer: did}, suite: new DataIntegrityProof({signer, cryptosuite}), documentLoader
    });
    return {document: signed};
  },
  async derive({document, selectivePointers}) {
    const cryptosuite = ecdsaSd.createDiscloseCryptosuite({selectivePointers});
    const derived = await vc.derive(
      {verifiableCredential: document, suite: new DataIntegrityProof({cryptosuite}), documentLoader});
    return {document: derived};
  },
  async verify({document}) {
    return outcome(await vc.verifyCredential({credential: document, suite: verifiers(), documentLoader}));
  },
  async chain({credential}) {
    const {did, signer} = await keyFor('Ed25519');
    const document = {...credential, issuer: did};
    const suite = new DataIntegrityProof({signer, cryptosuite: eddsaRdfc});
    suite.proof = {id: 'urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544'};
    const purpose = new vc.CredentialIssuancePurpose();
    const once = await jsigs.sign(document, {suite, purpose, documentLoader});
    const again = new DataIntegrityProof({signer, cryptosuite: eddsaRdfc});
    return {document: await jsigs.sign(once, {suite: again, purpose, documentLoader})};
  },
  async present({presentation, domain, challenge}) {
    const {did, signer} = await keyFor('Ed25519');
    const suite = new DataIntegrityProof({signer, cryptosuite: eddsaRdfc});
    const signed = await vc.signPresentation(
      {presentation: {...presentation, holder: did}, suite, domain, challenge, documentLoader});
    return {document: signed};
  },
  async verifyPresentation({document, domain, challenge}) {
    return outcome(await vc.verify({presentation: document, suite: verifiers(), domain, challenge, documentLoader}));
  },
  async canonize({document}) {
    const options = {documentLoader, safe: true, base: null, rdfDirection: 'i18n-datatype', format: 'application/n-quads'};
    return {text: await jsonld.canonize(document, {algorithm: 'RDFC-1.0', ...options})};
  },
  async verifyJws({text, jwk}) {
    const key = await jose.importJWK(jwk, jwk.alg);
    const {payload, protectedHeader} = await jose.compactVerify(text, key);
    return {payload: JSON.parse(new TextDecoder().decode(payload)), header: protectedHeader};
  },
  async signJws({payload, header}) {
    const {publicKey, privateKey} = await jose.generateKeyPair(header.alg, {extractable: true});
    const text = await new jose.CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader(header).sign(privateKey);
    return {text, jwk: await jose.exportJWK(publicKey)};
  },
  async verifySdJwt({text, jwk}) {
    const key = await jose.importJWK(jwk, 'ES384');
    const verifier = async (data, signature) => {
      try {
        await jose.compactVerify(`${data}.${signature}`, key);
        return true;
      } catch {
        return false;
      }
    };
    const {payload} = await sdJwt({verifier}).verify(text);
    return {payload};
  },
  async issueSdJwt({payload, frame, header}) {
    const {publicKey, privateKey} = await jose.generateKeyPair('ES384', {extractable: true});
    const signer = async data => {
      const [head, body] = data.split('.');
      const jws = await new jose.CompactSign(Buffer.from(body, 'base64url'))
        .setProtectedHeader(JSON.parse(Buffer.from(head, 'base64url'))).sign(privateKey);
      return jws.split('.')[2];
    };
    const text = await sdJwt({signer, signAlg: 'ES384'}).issue(payload, frame, {header});
    return {text, jwk: await jose.exportJWK(publicKey)};
  },
  async sealJwe({text, jwks, header}) {
    const plain = new TextEncoder().encode(text);
    if(jwks.length === 1) {
      const key = await jose.importJWK(jwks[0], header.alg);
      return {text: await new jose.CompactEncrypt(plain).setProtectedHeader(header).encrypt(key)};
    }
    const sealing = new jose.GeneralEncrypt(plain).setProtectedHeader({enc: header.enc});
    for(const jwk of jwks) {
      sealing.addRecipient(await jose.importJWK(jwk, header.alg)).setUnprotectedHeader({alg: header.alg});
    }
    return {text: JSON.stringify(await sealing.encrypt())};
  },
  async openJwe({text, jwk}) {
    const key = await jose.importJWK(jwk, 'ECDH-ES+A256KW');
    const {plaintext, protectedHeader} = text.startsWith('{') ?
      await jose.generalDecrypt(JSON.parse(text), key) : await jose.compactDecrypt(text, key);
    return {text: new TextDecoder().decode(plaintext), header: protectedHeader};
  },
  async time({request, seconds}) {
    const work = operations[request.operation];
    const until = process.cpuUsage().user + seconds * 1e6;
    await work(request);
    let count = 0;
    const start = process.cpuUsage();
    while(process.cpuUsage().user < until) {
      await work(request);
      count++;
    }
    const {user, system} = process.cpuUsage(start);
    return {perSecond: count / ((user + system) / 1e6)};
  }
};

for await (const line of readline.createInterface({input: process.stdin})) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await operations[request.operation](request);
  } catch(error) {
    answer = {failed: `${error.name}: ${error.message} ${error.cause?.message ?? ''}`};
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

import type { Genus } from './genus';

/** Colors of one species, as `#rrggbb`. */
export interface Species {
  readonly name: string;
  readonly cap: string;
  /** Color of the middle of the cap. */
  readonly center: string;
  /** Color of gills or pores: young, old. */
  readonly hymenium: readonly [string, string];
  readonly stem: string;
  /** Color of the marks of the genus: warts, scales, zones, net, dots, veil or milk. */
  readonly mark: string;
}

const species = (
  name: string,
  cap: string,
  center: string,
  hymenium: readonly [string, string],
  stem: string,
  mark: string,
): Species => ({ name, cap, center, hymenium, stem, mark });

const chocolate = ['#d79a94', '#4f342c'] as const;
const salmon = ['#eadfd6', '#d9937f'] as const;
const sponge = ['#e9e2cd', '#a99a4e'] as const;

/**
 * The species that occur most often in photographs. Every genus has light and dark, red-brown, yellow and gray species, as in nature, so
 * color alone says little about the genus.
 */
export const speciesOf: Readonly<Record<Genus, readonly Species[]>> = {
  Agaricus: [
    species('A. campestris', '#ece6da', '#e2d8c4', chocolate, '#efe9df', '#b9a78e'),
    species('A. arvensis', '#efe4c4', '#e6d08e', chocolate, '#f0e8d6', '#c9a75a'),
    species('A. silvaticus', '#c39a78', '#7c4a30', chocolate, '#e6dccd', '#7a4629'),
    species('A. augustus', '#d3a566', '#8c5a28', chocolate, '#efe3c6', '#8a5524'),
    species('A. bisporus', '#a97c58', '#7d5337', chocolate, '#eadfce', '#6d4328'),
    species('A. moelleri', '#b7b1a6', '#4d4540', chocolate, '#e9e5dc', '#4e4641'),
    species('A. bohusii', '#8d5a45', '#5b3023', chocolate, '#dccbb9', '#552c1f'),
  ],
  Amanita: [
    species('A. muscaria', '#c8281a', '#b31d12', ['#f4efe2', '#ece0c4'], '#f2ecdd', '#f1e9d2'),
    species('A. caesarea', '#e0701c', '#cc4a10', ['#f3e3a8', '#ecd386'], '#efd98a', '#f3ecd8'),
    species('A. pantherina', '#7d5a3c', '#573a24', ['#f4f0e6', '#ebe2cd'], '#efe9dc', '#efe8d8'),
    species('A. rubescens', '#b98467', '#8c4f3b', ['#f2e9dc', '#e2c8b4'], '#e3cbb8', '#d9c3a9'),
    species('A. citrina', '#dcd68a', '#c9c06a', ['#f4f1df', '#ece5c4'], '#efeccd', '#cdb991'),
    species('A. phalloides', '#a4a75c', '#7c8140', ['#f3f2e4', '#e9e6cd'], '#e7e8cc', '#f0eddc'),
    species(
      'A. strobiliformis',
      '#e6dfd2',
      '#d6ccb8',
      ['#f4f0e4', '#e9e1cb'],
      '#efe9da',
      '#cfc3ab',
    ),
    species('A. excelsa', '#98897c', '#6f6258', ['#f2eee4', '#e7dfce'], '#e2dbce', '#c5bcae'),
    species('A. gemmata', '#e0b452', '#cf9a34', ['#f5f0de', '#ece2c0'], '#f0e6c6', '#f4eed9'),
  ],
  Boletus: [
    species('B. edulis', '#9a6638', '#7d4c26', sponge, '#d8c3a0', '#f0e5cf'),
    species('B. reticulatus', '#ad8255', '#946a40', sponge, '#c69c6c', '#f0e2c4'),
    species('B. aereus', '#4e3524', '#38241a', ['#efe8d8', '#c9bb77'], '#b98a58', '#e4cfa6'),
    species('B. pinophilus', '#7c3a25', '#642a1b', ['#ece4d2', '#b9a658'], '#c99b71', '#ead3b4'),
    species('B. erythropus', '#6d4a2c', '#523522', ['#d9722e', '#a63d1c'], '#dcae4e', '#b0381e'),
    species('B. satanas', '#cfc8b4', '#bdb59d', ['#d98a3e', '#b0402a'], '#d9a94c', '#b23a36'),
    species('B. calopus', '#b6a78c', '#9a8a70', ['#e2cd68', '#b0a44c'], '#c8504a', '#efdcb0'),
    species('B. regius', '#b8564e', '#a04440', ['#ead05e', '#c0b04a'], '#e6cd66', '#c98a3c'),
  ],
  Cortinarius: [
    species('C. violaceus', '#564860', '#43364c', ['#5d4a60', '#6e4436'], '#6c5c78', '#8a5634'),
    species('C. alboviolaceus', '#c4bdc4', '#b4aab2', ['#b49dae', '#9c6440'], '#cfc8d6', '#a8623a'),
    species('C. armillatus', '#a8593a', '#8d4328', ['#c18a5a', '#8e4a22'], '#c8ab8c', '#b0442a'),
    species('C. sanguineus', '#8d231c', '#741a16', ['#8c2a20', '#86331c'], '#9c4230', '#9a3c1c'),
    species('C. cinnamomeus', '#a9783a', '#875626', ['#cf8a2c', '#9c5420'], '#cfa650', '#a04f1e'),
    species('C. traganus', '#aa98a8', '#b99a8c', ['#b8875a', '#96582e'], '#b3a0bc', '#a5602f'),
    species('C. rubellus', '#b8622c', '#97481e', ['#c77a38', '#94481c'], '#d19a5a', '#e0b45c'),
    species('C. infractus', '#76704a', '#5e5638', ['#70664a', '#70482c'], '#b7ae90', '#84502a'),
    species('C. collinitus', '#c68c3e', '#a2632a', ['#c9b6a8', '#955a2c'], '#c9c0cf', '#a35c28'),
  ],
  Entoloma: [
    species('E. sinuatum', '#d5c9b2', '#c2b195', salmon, '#e6ded0', '#b8a88c'),
    species('E. rhodopolium', '#a49a8c', '#857a6c', salmon, '#dcd6ca', '#746a5e'),
    species('E. hochstetteri', '#42709e', '#335a86', ['#b9c6dc', '#d59a98'], '#6a8cac', '#1f4a86'),
    species('E. chalybeum', '#3b4660', '#2b3448', ['#c0c0cc', '#cf9a90'], '#55617c', '#262e40'),
    species('E. sericeum', '#6f5848', '#4f3c30', salmon, '#8a7462', '#463429'),
    species('E. clypeatum', '#8f7b68', '#6d5a49', salmon, '#cfc4b4', '#5f4d3e'),
    species('E. incanum', '#a79a44', '#7c6f30', ['#e4e0c0', '#d6a088'], '#b0b04c', '#6a5e28'),
    species('E. salmoneum', '#e0884a', '#cc6f38', ['#ecb892', '#dc8e6c'], '#e2a070', '#b85e30'),
    species('E. porphyrophaeum', '#7d5c6a', '#5e4350', salmon, '#a58c92', '#513a46'),
  ],
  Hygrocybe: [
    species('H. coccinea', '#cc2a1a', '#b51e14', ['#e88a4a', '#d85a34'], '#d8482a', '#f0c060'),
    species('H. conica', '#d8621e', '#b83c14', ['#f0d890', '#d8b060'], '#e8b440', '#3c3430'),
    species('H. chlorophana', '#ecc430', '#e4b01e', ['#f4e294', '#ecd060'], '#ecd050', '#f6ec9c'),
    species('H. psittacina', '#8fa04c', '#6c8a44', ['#dccf74', '#c9b050'], '#a8b458', '#d8c860'),
    species('H. punicea', '#9c1c1a', '#841512', ['#e8a85a', '#d07840'], '#d88a3c', '#f0d080'),
    species('H. virginea', '#ece6d6', '#e0d4ba', ['#f2ece0', '#e6dcc8'], '#eee8da', '#f8f4ea'),
    species(
      'H. calyptriformis',
      '#d3979c',
      '#c07f88',
      ['#f0ccd0', '#e4b0b8'],
      '#eedcd8',
      '#f4e0e0',
    ),
    species('H. cantharellus', '#dc7a34', '#c85e22', ['#f0d08c', '#e8b468'], '#e08a40', '#f0c878'),
    species('H. colemanniana', '#9c7660', '#7c5844', ['#d8c4b0', '#bca48c'], '#d2c4b0', '#e0d0b8'),
  ],
  Lactarius: [
    species('L. deliciosus', '#d08a4e', '#c27a40', ['#e39a50', '#cf8444'], '#d89458', '#e06a1c'),
    species('L. torminosus', '#dca68e', '#cf8f78', ['#f0ddcc', '#e2c4ac'], '#e4bfa8', '#f6f2e8'),
    species('L. blennius', '#8f8f70', '#747558', ['#ece8d8', '#d8d0b4'], '#b3b296', '#f4f0e4'),
    species('L. rufus', '#97502f', '#7d3c22', ['#e0b48c', '#c68c60'], '#b87452', '#f4efe2'),
    species('L. zonarius', '#dcb66c', '#cf9f50', ['#f0dcae', '#dfbf84'], '#e6cb98', '#f6f1e4'),
    species('L. vellereus', '#e8e0cc', '#d8cba8', ['#f0e8d2', '#dfcfa8'], '#ebe3d0', '#f8f5ec'),
    species('L. quietus', '#a8745a', '#8c5a44', ['#e2bf9e', '#c4946c'], '#a5694e', '#f4eede'),
    species('L. uvidus', '#a593a0', '#8f7c8a', ['#efe6d6', '#ddcdb8'], '#d6ccc6', '#efe6ee'),
    species('L. turpis', '#6c6440', '#4c452e', ['#e4dcbc', '#c8bb8c'], '#8a8056', '#f2eddc'),
  ],
  Russula: [
    species('R. emetica', '#cb3030', '#b82424', ['#f7f4ea', '#f0ead6'], '#f6f2ea', '#e8a8a0'),
    species('R. xerampelina', '#8a2c3a', '#5c1c28', ['#f3e9cf', '#e6d4a2'], '#ecdcd4', '#a85060'),
    species('R. cyanoxantha', '#7d7a86', '#66705c', ['#f6f3ea', '#f0ead8'], '#f4f1ea', '#8a9470'),
    species('R. virescens', '#a2b088', '#86986c', ['#f5f1e4', '#ece4cc'], '#f4f0e4', '#dcdcb8'),
    species('R. ochroleuca', '#d9b240', '#c99c2c', ['#f6f1e0', '#ede4c6'], '#f2eee0', '#e8d490'),
    species('R. vesca', '#b98878', '#a26e5c', ['#f6f0e2', '#eee3ca'], '#f4efe6', '#dcb8a8'),
    species('R. foetens', '#b98a4c', '#9c6c34', ['#f2e9d2', '#e2d0a6'], '#ece2cc', '#d8b888'),
    species('R. delica', '#ebe4d4', '#d9c9a8', ['#f5f1e6', '#e9e0c8'], '#f3eee2', '#d0b98e'),
    species('R. caerulea', '#5f4566', '#463050', ['#f5eed8', '#ead9a8'], '#f3efe8', '#8d6a90'),
    species('R. aurea', '#d9742a', '#c64a1c', ['#f6eec8', '#eddb94'], '#f2e3a4', '#e8b050'),
    species('R. nigricans', '#6c6058', '#4c423c', ['#ece2c8', '#c8b898'], '#d6cbbc', '#8c7e72'),
  ],
  Suillus: [
    species('S. luteus', '#74492c', '#573220', ['#eeda74', '#c4ab44'], '#ecd98e', '#7c4c34'),
    species('S. grevillei', '#d98f2a', '#c2661a', ['#ecd258', '#b9a03c'], '#dcae4c', '#a5622a'),
    species('S. granulatus', '#a96a3e', '#8c4c2a', ['#f0e090', '#cbb450'], '#ecdc92', '#a8683a'),
    species('S. variegatus', '#c09a4e', '#a67c38', ['#b4a050', '#8f7c38'], '#cfae5c', '#7c5a34'),
    species('S. placidus', '#ebe3cc', '#ddcfa4', ['#f0e4a8', '#d4c068'], '#f0e8d0', '#7d4a52'),
    species('S. viscidus', '#b3aa98', '#938b7a', ['#dcd6c2', '#a59c80'], '#d8cfb0', '#8a7d68'),
    species('S. bovinus', '#c98e58', '#b4744a', ['#d2bc5e', '#a08c3e'], '#cf9c5c', '#96643a'),
    species('S. spraguei', '#b04638', '#963229', ['#e8c650', '#b89434'], '#dcb65a', '#9c3a30'),
    species('S. bresadolae', '#8d7448', '#6f5a36', ['#dccb70', '#a89848'], '#cdb978', '#76603a'),
  ],
};
